// main() of the tests that need network and mount namespaces of their own: root's right. Anybody else gets them in a
// user namespace, where the kernel allows that.
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (geteuid() != 0) {
    std::vector<std::string> words{"unshare", "--user", "--map-root-user", "--"};
    words.insert(words.end(), argv, argv + argc);
    std::vector<char*> command;
    for (std::string& word : words) command.push_back(word.data());
    command.push_back(nullptr);
    execvp(command[0], command.data());
    std::perror("unshare");
    return 1;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
