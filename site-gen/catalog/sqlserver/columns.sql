SELECT s.name AS table_schema, t.name AS table_name,
       ROW_NUMBER() OVER (PARTITION BY t.object_id ORDER BY c.column_id) AS ordinal, c.name AS column_name,
       y.name + CASE WHEN y.name IN ('varchar', 'char', 'varbinary', 'binary') THEN '(' + CASE c.max_length WHEN -1 THEN 'max' ELSE CAST(c.max_length AS varchar(10)) END + ')'
                     WHEN y.name IN ('nvarchar', 'nchar') THEN '(' + CASE c.max_length WHEN -1 THEN 'max' ELSE CAST(c.max_length / 2 AS varchar(10)) END + ')'
                     WHEN y.name IN ('decimal', 'numeric') THEN '(' + CAST(c.precision AS varchar(10)) + ',' + CAST(c.scale AS varchar(10)) + ')'
                     WHEN y.name IN ('datetime2', 'datetimeoffset', 'time') THEN '(' + CAST(c.scale AS varchar(10)) + ')'
                     ELSE '' END AS data_type,
       CASE c.is_nullable WHEN 1 THEN 'YES' ELSE 'NO' END AS is_nullable, d.definition AS default_value,
       CASE WHEN c.is_identity = 1 THEN 'IDENTITY' WHEN p.definition IS NOT NULL THEN 'AS ' + p.definition END AS generated,
       COUNT(*) OVER () AS total_rows
  FROM sys.tables t
  JOIN sys.schemas s ON s.schema_id = t.schema_id
  JOIN sys.columns c ON c.object_id = t.object_id
  JOIN sys.types y ON y.user_type_id = c.user_type_id
  LEFT JOIN sys.default_constraints d ON d.object_id = c.default_object_id
  LEFT JOIN sys.computed_columns p ON p.object_id = c.object_id AND p.column_id = c.column_id
 WHERE t.is_ms_shipped = 0
 ORDER BY s.name, t.name, c.column_id;
