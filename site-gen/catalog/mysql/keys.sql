SELECT k.table_schema AS table_schema, k.table_name AS table_name, k.constraint_name AS key_name,
       CASE k.constraint_type WHEN 'PRIMARY KEY' THEN 'PRIMARY' WHEN 'UNIQUE' THEN 'UNIQUE' ELSE 'FOREIGN' END AS key_type,
       u.ordinal_position AS position, u.column_name AS column_name,
       u.referenced_table_schema AS ref_schema, u.referenced_table_name AS ref_table, u.referenced_column_name AS ref_column,
       r.delete_rule AS on_delete, r.update_rule AS on_update, COUNT(*) OVER () AS total_rows
  FROM information_schema.table_constraints k
  JOIN information_schema.key_column_usage u ON u.constraint_schema = k.constraint_schema AND u.constraint_name = k.constraint_name AND u.table_schema = k.table_schema AND u.table_name = k.table_name
  LEFT JOIN information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
 WHERE k.constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY') AND k.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
 ORDER BY k.table_schema, k.table_name, k.constraint_name, u.ordinal_position;
