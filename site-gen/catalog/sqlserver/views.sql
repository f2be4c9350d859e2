SELECT s.name AS view_schema, v.name AS view_name, m.definition, COUNT(*) OVER () AS total_rows
  FROM sys.views v
  JOIN sys.schemas s ON s.schema_id = v.schema_id
  LEFT JOIN sys.sql_modules m ON m.object_id = v.object_id
 WHERE v.is_ms_shipped = 0
 ORDER BY s.name, v.name;
