SELECT c.table_schema AS table_schema, c.table_name AS table_name, c.ordinal_position AS ordinal, c.column_name AS column_name,
       c.column_type AS data_type, c.is_nullable AS is_nullable, c.column_default AS default_value,
       CASE WHEN c.extra LIKE '%auto_increment%' THEN 'AUTO_INCREMENT'
            WHEN c.generation_expression <> '' THEN CONCAT('GENERATED ALWAYS AS (', c.generation_expression, ')') END AS `generated`,
       COUNT(*) OVER () AS total_rows
  FROM information_schema.columns c
  JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
 WHERE c.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
 ORDER BY c.table_schema, c.table_name, c.ordinal_position;
