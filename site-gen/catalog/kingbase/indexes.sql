SELECT q.table_schema, q.table_name, q.index_name, q.is_unique, q.of_key, q.index_type, q.position,
       sys_get_indexdef(q.indexrelid, q.position, true) AS column_expression,
       CASE WHEN q.position <= q.keys AND (q.indoption[q.position - 1] & 1) = 1 THEN 'YES' ELSE 'NO' END AS is_descending,
       CASE WHEN q.position > q.keys THEN 'YES' ELSE 'NO' END AS is_included, q.predicate, COUNT(*) OVER () AS total_rows
  FROM (SELECT n.nspname AS table_schema, c.relname AS table_name, i.relname AS index_name, x.indexrelid, x.indoption, x.indnkeyatts AS keys,
               CASE WHEN x.indisunique THEN 'YES' ELSE 'NO' END AS is_unique,
               CASE WHEN EXISTS (SELECT 1 FROM sys_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u')) THEN 'YES' ELSE 'NO' END AS of_key,
               m.amname AS index_type, sys_get_expr(x.indpred, x.indrelid) AS predicate, generate_series(1, x.indnatts) AS position
          FROM sys_index x
          JOIN sys_class i ON i.oid = x.indexrelid
          JOIN sys_am m ON m.oid = i.relam
          JOIN sys_class c ON c.oid = x.indrelid
          JOIN sys_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%') q
 ORDER BY q.table_schema, q.table_name, q.index_name, q.position;
