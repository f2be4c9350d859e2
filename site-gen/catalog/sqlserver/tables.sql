SELECT s.name AS table_schema, t.name AS table_name, 'table' AS table_kind,
       (SELECT SUM(p.rows) FROM sys.partitions p WHERE p.object_id = t.object_id AND p.index_id IN (0, 1)) AS row_estimate,
       COUNT(*) OVER () AS total_rows
  FROM sys.tables t
  JOIN sys.schemas s ON s.schema_id = t.schema_id
 WHERE t.is_ms_shipped = 0
 ORDER BY s.name, t.name;
