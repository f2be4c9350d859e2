SELECT q.*, COUNT(*) OVER () AS total_rows
  FROM (SELECT CASE WHEN e.minor_id > 0 THEN 'COLUMN' ELSE 'TABLE' END AS object_type, s.name AS table_schema, t.name AS table_name,
               c.name AS object_name, CAST(e.value AS nvarchar(4000)) AS comment_text
          FROM sys.extended_properties e
          JOIN sys.tables t ON t.object_id = e.major_id AND t.is_ms_shipped = 0
          JOIN sys.schemas s ON s.schema_id = t.schema_id
          LEFT JOIN sys.columns c ON c.object_id = e.major_id AND c.column_id = e.minor_id
         WHERE e.class = 1 AND e.name = 'MS_Description'
        UNION ALL
        SELECT 'VIEW', s.name, v.name, NULL, CAST(e.value AS nvarchar(4000))
          FROM sys.extended_properties e
          JOIN sys.views v ON v.object_id = e.major_id AND v.is_ms_shipped = 0
          JOIN sys.schemas s ON s.schema_id = v.schema_id
         WHERE e.class = 1 AND e.minor_id = 0 AND e.name = 'MS_Description'
        UNION ALL
        SELECT 'INDEX', s.name, t.name, i.name, CAST(e.value AS nvarchar(4000))
          FROM sys.extended_properties e
          JOIN sys.tables t ON t.object_id = e.major_id AND t.is_ms_shipped = 0
          JOIN sys.schemas s ON s.schema_id = t.schema_id
          JOIN sys.indexes i ON i.object_id = e.major_id AND i.index_id = e.minor_id
         WHERE e.class = 7 AND e.name = 'MS_Description'
        UNION ALL
        SELECT CASE o.type WHEN 'TR' THEN 'TRIGGER' ELSE 'CONSTRAINT' END, s.name, t.name, o.name, CAST(e.value AS nvarchar(4000))
          FROM sys.extended_properties e
          JOIN sys.objects o ON o.object_id = e.major_id AND o.type IN ('TR', 'C', 'F', 'PK', 'UQ')
          JOIN sys.tables t ON t.object_id = o.parent_object_id AND t.is_ms_shipped = 0
          JOIN sys.schemas s ON s.schema_id = t.schema_id
         WHERE e.class = 1 AND e.minor_id = 0 AND e.name = 'MS_Description') q
 ORDER BY q.table_schema, q.table_name, q.object_type, q.object_name;
