package ask

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"strings"

	ddb "github.com/duckdb/duckdb-go/v2"
)

// Table is a table of the file that people may read. Other columns of it stay hidden.
type Table struct {
	Dataset string   `json:"dataset"`
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// warehouse is the name under which the file is attached. The gate lets no statement name it.
const warehouse = "__warehouse"

// belts are the settings that keep a connection from anything but the tables. A test takes
// each one off and sees its attack succeed.
type belts struct{ readOnly, noFiles, noWrites, locked, gate, selects bool }

var allBelts = belts{readOnly: true, noFiles: true, noWrites: true, locked: true, gate: true, selects: true}

// settings are those with which DuckDB opens. memory_limit does not count what functions on
// lists and texts allocate; the limits of the process do.
func settings(memory int64) string {
	v := url.Values{"threads": {"1"}, "memory_limit": {fmt.Sprint(memory) + "B"}}
	for _, off := range []string{"autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions",
		"allow_unsigned_extensions", "allow_persistent_secrets", "allow_unredacted_secrets"} {
		v.Set(off, "false")
	}
	return ":memory:?" + v.Encode()
}

// connect opens an empty DuckDB.
func connect(ctx context.Context, memory int64) (*ddb.Conn, error) {
	c, err := ddb.NewConnector(settings(memory), nil)
	if err != nil {
		return nil, err
	}
	conn, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return conn.(*ddb.Conn), nil
}

// open connects to the file so that the views of the tables are all that can be read. The
// order matters: the file cannot be attached after files are turned off, and no setting can be
// changed after the last one.
func (j *Job) open(ctx context.Context, b belts) (*ddb.Conn, error) {
	conn, err := connect(ctx, j.Memory)
	if err != nil {
		return nil, err
	}
	for _, statement := range j.statements(b) {
		if _, err := conn.ExecContext(ctx, statement, nil); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", strings.SplitN(statement, "'", 2)[0], err), conn.Close())
		}
	}
	return conn, nil
}

// statements are what makes a connection safe, in their order.
func (j *Job) statements(b belts) []string {
	all := []string{"ATTACH " + literal(j.File) + " AS " + warehouse + readOnly(b)}
	if j.Catalog != "" {
		all = append(all, "ATTACH ':memory:' AS "+ident(j.Catalog), "USE "+ident(j.Catalog))
	}
	all = append(all, j.views()...)
	all = append(all, "SET GLOBAL TimeZone = 'UTC'", "SET GLOBAL temp_directory = ''", "SET GLOBAL max_expression_depth = 200", "SET GLOBAL enable_external_file_cache = false",
		"SET GLOBAL allowed_paths = []", "SET GLOBAL allowed_directories = []", "SET GLOBAL enable_external_access = false")
	if b.noFiles { // enable_external_access alone leaves the file itself, its log and its temporary folder open
		all = append(all, "SET GLOBAL disabled_filesystems = 'LocalFileSystem'")
	}
	all = append(all, "SET GLOBAL allowed_configs = []")
	if b.locked {
		all = append(all, "SET GLOBAL lock_configuration = true")
	}
	return all
}

func readOnly(b belts) string {
	if b.readOnly {
		return " (READ_ONLY)"
	}
	return ""
}

// views show the visible columns of the tables.
func (j *Job) views() (all []string) {
	made := map[string]bool{}
	for _, t := range j.Tables {
		if !made[t.Dataset] {
			made[t.Dataset] = true
			all = append(all, "CREATE SCHEMA "+ident(t.Dataset))
		}
		var columns []string
		for _, c := range t.Columns {
			columns = append(columns, ident(c))
		}
		name := ident(t.Dataset) + "." + ident(t.Name)
		all = append(all, "CREATE VIEW "+name+" AS SELECT "+strings.Join(columns, ", ")+" FROM "+warehouse+"."+name)
	}
	return all
}

// prepare returns the statement if DuckDB agrees that it is one SELECT. It comes after
// everything else, because preparing already computes constants.
func prepare(conn *ddb.Conn, sql string, b belts) (driver.Stmt, error) {
	stmt, err := conn.Prepare(sql)
	if err != nil || !b.selects {
		return stmt, err
	}
	kind, err := stmt.(*ddb.Stmt).StatementType()
	if err == nil && kind != ddb.STATEMENT_TYPE_SELECT {
		err = refused("Only a SELECT statement can be run", "Write a SELECT statement.")
	}
	if err != nil {
		return nil, errors.Join(err, stmt.Close())
	}
	return stmt, nil
}

// ident quotes an identifier.
func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal quotes a text.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
