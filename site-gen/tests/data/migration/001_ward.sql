-- 同一迁移集用于两个数据库。 The same steps run on both databases.
CREATE TABLE ward ( -- 病区
    id INTEGER NOT NULL, -- 病区主键
    code VARCHAR(20) NOT NULL, -- 病区编码
    name VARCHAR(100) NOT NULL, -- 病区名称
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, -- 创建时间
    updated_at TIMESTAMP, -- 修改时间
    CONSTRAINT pk_ward PRIMARY KEY (id),
    CONSTRAINT uq_ward_code UNIQUE (code)
);
CREATE TABLE bed ( -- 床位
    id INTEGER NOT NULL, -- 床位主键
    ward_id INTEGER NOT NULL, -- 所属病区
    bed_no VARCHAR(10) NOT NULL, -- 床号，科内唯一
    isolation SMALLINT NOT NULL DEFAULT 0, -- 隔离级别 0–3
    CONSTRAINT pk_bed PRIMARY KEY (id),
    CONSTRAINT fk_bed_ward FOREIGN KEY (ward_id) REFERENCES ward (id) ON DELETE RESTRICT,
    CONSTRAINT ck_bed_isolation CHECK (isolation >= 0)
);
