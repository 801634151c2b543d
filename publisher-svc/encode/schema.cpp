// Chooses the document.
#include "publisher-svc/encode/encoder.hpp"
#include "publisher-svc/encode/schema_formats.hpp"

namespace pktferry::encode {

std::string schema(SchemaFormat format) {
  switch (format) {
    case SchemaFormat::kMarkdown: return markdown_schema();
    case SchemaFormat::kJsonSchema: return json_schema();
    case SchemaFormat::kKsqldb: return sql_schema(SqlDialect::kKsqldb);
    case SchemaFormat::kFlink: return sql_schema(SqlDialect::kFlink);
  }
  return {};
}

}  // namespace pktferry::encode
