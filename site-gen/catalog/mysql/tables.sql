SELECT t.table_schema AS table_schema, t.table_name AS table_name,
       CASE WHEN t.create_options LIKE '%partitioned%' THEN 'partitioned' ELSE 'table' END AS table_kind,
       t.table_rows AS row_estimate, t.data_length + t.index_length AS size_bytes, COUNT(*) OVER () AS total_rows
  FROM information_schema.tables t
 WHERE t.table_type = 'BASE TABLE' AND t.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
 ORDER BY t.table_schema, t.table_name;
