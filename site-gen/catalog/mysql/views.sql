SELECT v.table_schema AS view_schema, v.table_name AS view_name, v.view_definition AS definition, COUNT(*) OVER () AS total_rows
  FROM information_schema.views v
 WHERE v.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
 ORDER BY v.table_schema, v.table_name;
