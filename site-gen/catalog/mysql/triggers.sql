SELECT g.event_object_schema AS table_schema, g.event_object_table AS table_name, g.trigger_name AS trigger_name,
       g.action_timing AS timing, g.event_manipulation AS event, g.action_statement AS definition, COUNT(*) OVER () AS total_rows
  FROM information_schema.triggers g
 WHERE g.event_object_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
 ORDER BY g.event_object_schema, g.event_object_table, g.trigger_name;
