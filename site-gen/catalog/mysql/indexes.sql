SELECT s.table_schema AS table_schema, s.table_name AS table_name, s.index_name AS index_name,
       CASE s.non_unique WHEN 0 THEN 'YES' ELSE 'NO' END AS is_unique,
       CASE WHEN EXISTS (SELECT 1 FROM information_schema.table_constraints k WHERE k.table_schema = s.table_schema AND k.table_name = s.table_name AND k.constraint_name = s.index_name AND k.constraint_type IN ('PRIMARY KEY', 'UNIQUE')) THEN 'YES' ELSE 'NO' END AS of_key,
       s.index_type AS index_type, s.seq_in_index AS position,
       CASE WHEN s.expression IS NOT NULL THEN CONCAT('(', s.expression, ')') WHEN s.sub_part IS NOT NULL THEN CONCAT(s.column_name, '(', s.sub_part, ')') ELSE s.column_name END AS column_expression,
       CASE s.collation WHEN 'D' THEN 'YES' ELSE 'NO' END AS is_descending, COUNT(*) OVER () AS total_rows
  FROM information_schema.statistics s
  JOIN information_schema.tables t ON t.table_schema = s.table_schema AND t.table_name = s.table_name AND t.table_type = 'BASE TABLE'
 WHERE s.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
 ORDER BY s.table_schema, s.table_name, s.index_name, s.seq_in_index;
