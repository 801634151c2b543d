// The documents that schema() chooses from; each is made from field_table() alone.
#pragma once

#include <string>

namespace pktferry::encode {

std::string markdown_schema();
std::string json_schema();

enum class SqlDialect { kKsqldb, kFlink };
std::string sql_schema(SqlDialect dialect);

}  // namespace pktferry::encode
