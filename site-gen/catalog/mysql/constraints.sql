SELECT k.table_schema AS table_schema, k.table_name AS table_name, k.constraint_name AS constraint_name, 'CHECK' AS constraint_type,
       c.check_clause AS definition, COUNT(*) OVER () AS total_rows
  FROM information_schema.table_constraints k
  JOIN information_schema.check_constraints c ON c.constraint_schema = k.constraint_schema AND c.constraint_name = k.constraint_name
 WHERE k.constraint_type = 'CHECK' AND k.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
 ORDER BY k.table_schema, k.table_name, k.constraint_name;
