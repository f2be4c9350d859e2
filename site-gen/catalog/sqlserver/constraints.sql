SELECT s.name AS table_schema, t.name AS table_name, k.name AS constraint_name, 'CHECK' AS constraint_type,
       k.definition, COUNT(*) OVER () AS total_rows
  FROM sys.check_constraints k
  JOIN sys.tables t ON t.object_id = k.parent_object_id AND t.is_ms_shipped = 0
  JOIN sys.schemas s ON s.schema_id = t.schema_id
 ORDER BY s.name, t.name, k.name;
