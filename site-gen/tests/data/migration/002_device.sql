CREATE TABLE device ( -- 床旁设备
    id INTEGER NOT NULL, -- 设备主键
    bed_id INTEGER, -- 所在床位，未使用为空
    parent_id INTEGER, -- 上级设备
    kind VARCHAR(20) NOT NULL DEFAULT 'monitor', -- 类别：监护仪、呼吸机、输液泵
    serial_no VARCHAR(64) NOT NULL, -- 序列号
    price NUMERIC(12,2), -- 购置金额（元）
    CONSTRAINT pk_device PRIMARY KEY (id),
    CONSTRAINT fk_device_bed FOREIGN KEY (bed_id) REFERENCES bed (id) ON DELETE SET NULL,
    CONSTRAINT fk_device_parent FOREIGN KEY (parent_id) REFERENCES device (id),
    CONSTRAINT uq_device_serial UNIQUE (kind, serial_no)
);
CREATE INDEX ix_device_bed ON device (bed_id, kind);
CREATE INDEX ix_device_spare ON device (kind) WHERE bed_id IS NULL;
CREATE VIEW device_in_use AS SELECT id, bed_id FROM device WHERE bed_id IS NOT NULL;
