SELECT q.table_schema, q.table_name, q.key_name, q.key_type, q.position, a.attname AS column_name,
       rn.nspname AS ref_schema, rc.relname AS ref_table, ra.attname AS ref_column, q.on_delete, q.on_update, COUNT(*) OVER () AS total_rows
  FROM (SELECT n.nspname AS table_schema, c.relname AS table_name, k.conname AS key_name, k.conrelid, k.confrelid, k.conkey, k.confkey,
               CASE k.contype WHEN 'p' THEN 'PRIMARY' WHEN 'u' THEN 'UNIQUE' ELSE 'FOREIGN' END AS key_type,
               CASE k.contype WHEN 'f' THEN CASE k.confdeltype WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END END AS on_delete,
               CASE k.contype WHEN 'f' THEN CASE k.confupdtype WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END END AS on_update,
               generate_series(1, array_length(k.conkey, 1)) AS position
          FROM sys_constraint k
          JOIN sys_class c ON c.oid = k.conrelid
          JOIN sys_namespace n ON n.oid = c.relnamespace
         WHERE k.contype IN ('p', 'u', 'f') AND c.relkind IN ('r', 'p', 'f') AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%') q
  JOIN sys_attribute a ON a.attrelid = q.conrelid AND a.attnum = q.conkey[q.position]
  LEFT JOIN sys_class rc ON rc.oid = q.confrelid AND q.key_type = 'FOREIGN'
  LEFT JOIN sys_namespace rn ON rn.oid = rc.relnamespace
  LEFT JOIN sys_attribute ra ON ra.attrelid = rc.oid AND ra.attnum = q.confkey[q.position]
 ORDER BY q.table_schema, q.table_name, q.key_name, q.position;
