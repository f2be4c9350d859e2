//! Short forms for tables that obey the tenancy rules of the schema.
//!
//! An operational table carries `hospital_id`, `UNIQUE (hospital_id, id)`, composite foreign keys
//! to other operational tables, and indexes that start with `hospital_id`: a row cannot point into
//! another hospital, whatever the code above does.

use sea_orm_migration::prelude::*;

/// One table with its indexes.
pub struct Table {
    name: &'static str,
    tenant: bool,
    create: TableCreateStatement,
    indexes: Vec<IndexCreateStatement>,
}

/// The tables of one step, in the order of creation.
pub struct Tables(pub Vec<Table>);

impl Tables {
    /// Creates all tables and indexes.
    pub async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for table in self.0 {
            manager.create_table(table.create).await?;
            for index in table.indexes {
                manager.create_index(index).await?;
            }
        }
        Ok(())
    }

    /// Drops all tables, last first.
    pub async fn drop(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for table in self.0.iter().rev() {
            let drop = sea_orm_migration::prelude::Table::drop()
                .table(table.name)
                .to_owned();
            manager.drop_table(drop).await?;
        }
        Ok(())
    }
}

/// Builds a table anew whose columns SQLite cannot change, and keeps `columns` of the rows that `kept` names. Nothing
/// may refer to it.
pub async fn rebuild(
    manager: &SchemaManager<'_>,
    table: Table,
    columns: &[&str],
    kept: &str,
) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let (name, columns) = (table.name, columns.join(", "));
    for statement in [
        format!("CREATE TABLE {name}_kept AS SELECT {columns} FROM {name} WHERE {kept}"),
        format!("DROP TABLE {name}"),
    ] {
        db.execute_unprepared(&statement).await?;
    }
    Tables(vec![table]).create(manager).await?;
    for statement in [
        format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {name}_kept"),
        format!("DROP TABLE {name}_kept"),
    ] {
        db.execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Adds columns to a table that stands, one statement each: SQLite takes no more.
pub async fn add_columns(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: Vec<ColumnDef>,
) -> Result<(), DbErr> {
    for column in columns {
        let add = sea_orm_migration::prelude::Table::alter()
            .table(table)
            .add_column(column)
            .to_owned();
        manager.alter_table(add).await?;
    }
    Ok(())
}

/// Drops them again.
pub async fn drop_columns(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    for column in columns {
        let drop = sea_orm_migration::prelude::Table::alter()
            .table(table)
            .drop_column(*column)
            .to_owned();
        manager.alter_table(drop).await?;
    }
    Ok(())
}

/// A parameter of contracts with a whole number.
pub fn number(name: &'static str, default: i32) -> ColumnDef {
    ColumnDef::new(name)
        .integer()
        .not_null()
        .default(default)
        .take()
}

/// A parameter of contracts that is on or off; off by default.
pub fn switch(name: &'static str) -> ColumnDef {
    ColumnDef::new(name)
        .boolean()
        .not_null()
        .default(false)
        .take()
}

/// A table outside the tenants: people, companies, the machinery.
pub fn global(name: &'static str) -> Table {
    let create = sea_orm_migration::prelude::Table::create()
        .table(name)
        .to_owned();
    Table {
        name,
        tenant: false,
        create,
        indexes: Vec::new(),
    }
}

/// A table of one hospital's rows.
pub fn operational(name: &'static str) -> Table {
    let mut table = global(name)
        .uuid("hospital_id")
        .refs("hospital_id", "hospital");
    table.tenant = true;
    table
}

macro_rules! columns {
    ($($name:ident $null:ident $build:ident),+ $(,)?) => {
        $(
            pub fn $name(mut self, column: &'static str) -> Self {
                self.create.col(ColumnDef::new(column).$build().not_null());
                self
            }
            pub fn $null(mut self, column: &'static str) -> Self {
                self.create.col(ColumnDef::new(column).$build().null());
                self
            }
        )+
    };
}

impl Table {
    columns! {
        uuid uuid_null uuid,
        text text_null text,
        int int_null integer,
        long long_null big_integer,
        at at_null timestamp_with_time_zone,
        on on_null date,
    }

    /// Yes or no.
    pub fn flag(mut self, column: &'static str) -> Self {
        self.create.col(ColumnDef::new(column).boolean().not_null());
        self
    }

    /// Yes, no or not said.
    pub fn flag_null(mut self, column: &'static str) -> Self {
        self.create.col(ColumnDef::new(column).boolean().null());
        self
    }

    /// Exact bytes.
    pub fn bytes(mut self, column: &'static str) -> Self {
        self.create.col(ColumnDef::new(column).blob().not_null());
        self
    }

    /// Primary key; an operational table with an `id` also gets `UNIQUE (hospital_id, id)`.
    pub fn key(mut self, columns: &[&'static str]) -> Self {
        let mut key = Index::create();
        for column in columns {
            key.col(*column);
        }
        self.create.primary_key(&mut key);
        if self.tenant && columns == ["id"] {
            self.create.index(
                Index::create()
                    .unique()
                    .name(format!("uq_{}_tenant", self.name))
                    .col("hospital_id")
                    .col("id"),
            );
        }
        self
    }

    /// Foreign key to a table outside the tenants.
    pub fn refs(mut self, column: &'static str, target: &'static str) -> Self {
        let name = format!("fk_{}_{column}", self.name);
        self.create.foreign_key(
            ForeignKey::create()
                .name(name)
                .from(self.name, column)
                .to(target, "id"),
        );
        self
    }

    /// Foreign key to a row of the same hospital.
    pub fn within(mut self, column: &'static str, target: &'static str) -> Self {
        let name = format!("fk_{}_{column}", self.name);
        self.create.foreign_key(
            ForeignKey::create()
                .name(name)
                .from_tbl(self.name)
                .from_col("hospital_id")
                .from_col(column)
                .to_tbl(target)
                .to_col("hospital_id")
                .to_col("id"),
        );
        self.index(&[column])
    }

    /// Foreign key to a row of the same hospital and the same parent: `columns` are what `targets` are there, where
    /// they are unique together with the tenant.
    pub fn among(
        mut self,
        columns: [&'static str; 2],
        target: &'static str,
        targets: [&'static str; 2],
    ) -> Self {
        let mut key = ForeignKey::create();
        key.name(format!("fk_{}_{}", self.name, columns.join("_")))
            .from_tbl(self.name)
            .from_col("hospital_id")
            .to_tbl(target)
            .to_col("hospital_id");
        for (from, to) in columns.into_iter().zip(targets) {
            key.from_col(from).to_col(to);
        }
        self.create.foreign_key(&mut key);
        self.index(&columns)
    }

    /// A condition that every row meets, in words of SQL that both engines read.
    pub fn check(mut self, name: &'static str, condition: &'static str) -> Self {
        let name = format!("ck_{}_{name}", self.name);
        self.create.check((name, Expr::cust(condition)));
        self
    }

    /// Index; starts with the tenant on operational tables.
    pub fn index(self, columns: &[&'static str]) -> Self {
        self.indexed(columns, false)
    }

    /// Unique index; starts with the tenant on operational tables.
    pub fn unique(self, columns: &[&'static str]) -> Self {
        self.indexed(columns, true)
    }

    fn indexed(mut self, columns: &[&'static str], unique: bool) -> Self {
        let kind = if unique { "uq" } else { "ix" };
        let name = format!("{kind}_{}_{}", self.name, columns.join("_"));
        let mut index = Index::create();
        index.name(name).table(self.name).if_not_exists();
        if unique {
            index.unique();
        }
        if self.tenant {
            index.col("hospital_id");
        }
        for column in columns {
            index.col(*column);
        }
        self.indexes.push(index);
        self
    }
}
