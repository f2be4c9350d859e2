SELECT s.name AS table_schema, t.name AS table_name, g.name AS trigger_name,
       CASE g.is_instead_of_trigger WHEN 1 THEN 'INSTEAD OF' ELSE 'AFTER' END AS timing,
       STUFF((SELECT ' OR ' + e.type_desc FROM sys.trigger_events e WHERE e.object_id = g.object_id ORDER BY e.type FOR XML PATH('')), 1, 4, '') AS event,
       m.definition, COUNT(*) OVER () AS total_rows
  FROM sys.triggers g
  JOIN sys.tables t ON t.object_id = g.parent_id AND t.is_ms_shipped = 0
  JOIN sys.schemas s ON s.schema_id = t.schema_id
  LEFT JOIN sys.sql_modules m ON m.object_id = g.object_id
 ORDER BY s.name, t.name, g.name;
