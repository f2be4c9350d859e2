-- 只在 SQLite 上执行：触发器。 SQLite alone.
CREATE TRIGGER ward_touch AFTER UPDATE ON ward BEGIN UPDATE ward SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
