SELECT v.owner AS view_schema, v.view_name, v.text AS definition, COUNT(*) OVER () AS total_rows
  FROM all_views v
 WHERE v.owner NOT IN ('SYS', 'SYSDBA', 'SYSAUDITOR', 'SYSSSO', 'SYSDBO', 'CTISYS')
 ORDER BY v.owner, v.view_name;
