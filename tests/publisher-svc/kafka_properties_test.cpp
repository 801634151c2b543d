// Properties as users write them.
#include "publisher-svc/sink/kafka_properties.hpp"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "publisher-svc/sink/message_sink.hpp"
#include "tests/support/temp_dir.hpp"

namespace pktferry::publisher {
namespace {

std::string error_of(const std::filesystem::path& file) {
  try {
    (void)read_properties(file);
  } catch (const SinkError& error) {
    return error.what();
  }
  return {};
}

TEST(KafkaProperties, SplitsAtTheFirstEqualsSignAndTrims) {
  const KafkaProperty property = parse_property("  sasl.password =  a=b=c \r");
  EXPECT_EQ(property.name, "sasl.password");
  EXPECT_EQ(property.value, "a=b=c");
  EXPECT_EQ(parse_property("client.rack=").value, "");
}

TEST(KafkaProperties, RefusesWhatIsNoKeyAndValueWithoutShowingIt) {
  for (const char* text : {"hunter2", "=hunter2", "", "  = "}) {
    try {
      (void)parse_property(text);
      ADD_FAILURE() << text;
    } catch (const SinkError& error) {
      EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
    }
  }
}

TEST(KafkaProperties, ReadsAFileInTheStyleOfJavaClients) {
  const testing::TempDir temp;
  std::ofstream(temp / "client.properties") << "# who we are\n\n  bootstrap.servers=kafka:9092  \r\n! old style\n"
                                               "linger.ms = 5\nsasl.password=s3=cret";
  const auto properties = read_properties(temp / "client.properties");
  ASSERT_EQ(properties.size(), 3u);
  EXPECT_EQ(properties[0].name, "bootstrap.servers");
  EXPECT_EQ(properties[0].value, "kafka:9092");
  EXPECT_EQ(properties[1].value, "5");
  EXPECT_EQ(properties[2].value, "s3=cret");
}

TEST(KafkaProperties, NamesTheFileAndTheLineThatIsWrong) {
  const testing::TempDir temp;
  std::ofstream(temp / "bad.properties") << "linger.ms=5\nhunter2\n";
  const std::string error = error_of(temp / "bad.properties");
  EXPECT_NE(error.find("bad.properties, line 2"), std::string::npos) << error;
  EXPECT_EQ(error.find("hunter2"), std::string::npos) << error;
}

TEST(KafkaProperties, NamesAFileThatCannotBeRead) {
  const testing::TempDir temp;
  EXPECT_NE(error_of(temp / "absent").find("absent: No such file"), std::string::npos);
  EXPECT_NE(error_of(temp.path()).find("Is a directory"), std::string::npos);
}

}  // namespace
}  // namespace pktferry::publisher
