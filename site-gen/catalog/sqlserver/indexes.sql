SELECT s.name AS table_schema, t.name AS table_name, i.name AS index_name,
       CASE i.is_unique WHEN 1 THEN 'YES' ELSE 'NO' END AS is_unique,
       CASE WHEN i.is_primary_key = 1 OR i.is_unique_constraint = 1 THEN 'YES' ELSE 'NO' END AS of_key,
       i.type_desc AS index_type, CASE ic.is_included_column WHEN 1 THEN 1000 + ic.index_column_id ELSE ic.key_ordinal END AS position,
       c.name AS column_expression, CASE ic.is_descending_key WHEN 1 THEN 'YES' ELSE 'NO' END AS is_descending,
       CASE ic.is_included_column WHEN 1 THEN 'YES' ELSE 'NO' END AS is_included, i.filter_definition AS predicate,
       COUNT(*) OVER () AS total_rows
  FROM sys.indexes i
  JOIN sys.tables t ON t.object_id = i.object_id AND t.is_ms_shipped = 0
  JOIN sys.schemas s ON s.schema_id = t.schema_id
  JOIN sys.index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
  JOIN sys.columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
 WHERE i.type > 0
 ORDER BY s.name, t.name, i.name, position;
