SELECT n.nspname AS table_schema, c.relname AS table_name,
       ROW_NUMBER() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS ordinal, a.attname AS column_name,
       format_type(a.atttypid, a.atttypmod) AS data_type, CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
       sys_get_expr(d.adbin, d.adrelid) AS default_value, COUNT(*) OVER () AS total_rows
  FROM sys_attribute a
  JOIN sys_class c ON c.oid = a.attrelid
  JOIN sys_namespace n ON n.oid = c.relnamespace
  LEFT JOIN sys_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%'
 ORDER BY n.nspname, c.relname, a.attnum;
