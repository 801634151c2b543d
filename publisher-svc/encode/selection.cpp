// Reads the names of `--fields`; at start-up only.
#include "publisher-svc/encode/selection.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "publisher-svc/encode/encoder.hpp"
#include "publisher-svc/encode/field_table.hpp"
#include "publisher-svc/encode/write_text.hpp"

namespace pktferry::encode {
namespace {

// A field of a list of the table, and the names it answers to.
struct Place {
  const ListInfo* list;
  std::size_t bit;
  std::string layer_path;  // "dns", "dns.questions"
  std::string path;        // "dns.questions.dns_dns_qry_name"
};

std::vector<Place> all_places() {
  std::vector<Place> places;
  const auto add_list = [&](const auto& self, const ListInfo& list, const std::string& path) -> void {
    for (std::size_t bit = 0; bit < list.fields.size(); ++bit) {
      const FieldInfo& field = list.fields[bit];
      const std::string field_path = path + '.' + std::string(field.name);
      if (field.elements != nullptr) {
        self(self, *field.elements, field_path);
      } else {
        places.push_back({&list, bit, path, field_path});
      }
    }
  };
  for (const ListInfo& list : field_table()) {
    if (is_capture(list) || is_frame(list) || is_protocol(list)) add_list(add_list, list, std::string(list.name));
  }
  return places;
}

// `name` is the whole of `path` or what follows one of its dots.
bool names(std::string_view name, std::string_view path) {
  if (!path.ends_with(name)) return false;
  return path.size() == name.size() || path[path.size() - name.size() - 1] == '.';
}

bool names_layer_of(std::string_view name, const Place& place) {
  // A layer's name picks what lies in its arrays too: "dns", and "questions" or "dns.questions".
  if (names(name, place.layer_path)) return true;
  return place.layer_path.starts_with(std::string(name) + '.');
}

bool names_field(std::string_view name, const Place& place) {
  if (names(name, place.path)) return true;
  // "dns.dns_dns_qry_name": the layer and the field, the array between them left out.
  const std::string_view layer = std::string_view(place.path).substr(0, place.path.find('.'));
  return name == std::string(layer) + '.' + std::string(place.list->fields[place.bit].name);
}

// Insertions, deletions, substitutions, and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string nearest_name(std::string_view name, const std::vector<Place>& places) {
  std::string nearest;
  std::size_t least = std::string::npos;
  const auto consider = [&](std::string_view candidate) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  };
  for (const Place& place : places) {
    consider(place.layer_path);
    consider(place.list->fields[place.bit].name);
    consider(place.path);
  }
  return nearest;
}

// For an error's one line: escaped, and cut.
std::string printable(std::string_view name) {
  name = name.substr(0, 80);
  std::string text(name.size() * kMaxEscapedByte, '\0');
  text.resize(static_cast<std::size_t>(write_text(text.data(), name) - text.data()));
  return text;
}

}  // namespace

Selection::Selection(const std::vector<std::string>& fields) {
  const std::vector<Place> places = all_places();
  const auto set = [this](const Place& place, bool on) {
    const std::uint64_t bit = std::uint64_t{1} << place.bit;
    std::uint64_t& mask = masks_[place.list->index];
    mask = on ? mask | bit : mask & ~bit;
  };
  const auto is_sensitive = [](const Place& place) { return place.list->fields[place.bit].doc.sensitive; };

  const bool only_excludes =
      std::all_of(fields.begin(), fields.end(), [](const std::string& field) { return field.starts_with('-'); });
  if (only_excludes) {
    for (const Place& place : places) set(place, !is_sensitive(place));
  }
  for (const std::string& field : fields) {
    const bool on = !field.starts_with('-');
    const std::string_view name = std::string_view(field).substr(on ? 0 : 1);
    if (name == "timestamp") {
      if (on) continue;
      throw FieldError("--fields: \"-timestamp\" takes out what every message has; remove it from the list");
    }
    bool found = false;
    for (const Place& place : places) {
      const bool is_field = names_field(name, place);
      if (!is_field && !names_layer_of(name, place)) continue;
      found = true;
      if (!on || is_field || !is_sensitive(place)) set(place, on);
    }
    if (!found) {
      throw FieldError("--fields: \"" + printable(name) + "\" is neither a layer nor a field; the nearest is \"" +
                       nearest_name(name.substr(0, 80), places) +
                       "\" (`publisher-svc schema --format markdown` lists them all)");
    }
  }

  for (const ListInfo& list : field_table()) {
    for (std::size_t bit = 0; bit < list.fields.size(); ++bit) {
      const ListInfo* elements = list.fields[bit].elements;
      if (elements != nullptr && masks_[elements->index] != 0) masks_[list.index] |= std::uint64_t{1} << bit;
    }
  }
}

}  // namespace pktferry::encode
