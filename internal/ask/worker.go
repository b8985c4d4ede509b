package ask

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	ddb "github.com/duckdb/duckdb-go/v2"

	"adtally"
)

// Work is a child's whole life: it reads a job, runs it and writes the result. The process
// ends with it, because its limits stay.
func Work(ctx context.Context, in io.Reader, out io.Writer) error {
	return work(ctx, in, out, allBelts)
}

func work(ctx context.Context, in io.Reader, out io.Writer, b belts) error {
	var j Job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return err
	}
	if err := bind(j.processorTime(), b); err != nil {
		return err
	}
	s := &sender{out: out, limits: j.Limits}
	err := j.run(ctx, s, b)
	if errors.Is(err, errSlow) {
		s.limit, err = adtally.TimeLimit, nil
	}
	if err == nil {
		return writeFrame(out, frame{End: &end{s.limit, s.cut}})
	}
	f := explain(err)
	return writeFrame(out, frame{Fault: &told{f.Code, f.Message, f.Hint}})
}

// processorTime is for how long a job may use the processor. Sending a million rows takes
// longer than a statement may run.
func (j *Job) processorTime() time.Duration {
	return j.Limits.Time + time.Duration(j.Limits.Rows/MaxRows)*time.Second
}

// run checks the statement, opens the file and sends the result. What takes longer than it may
// is interrupted; the parent ends what does not listen.
func (j *Job) run(ctx context.Context, s *sender, b belts) error {
	text := j.SQL
	if b.gate {
		var err error
		if text, err = j.check(ctx); err != nil {
			return err
		}
	}
	conn, err := j.open(ctx, b)
	if err != nil {
		return opening(err)
	}
	stmt, err := prepare(conn, text, b)
	if err != nil {
		return err
	}
	rows, err := query(ctx, stmt, j.Limits.Time)
	if err != nil {
		return err
	}
	// DuckDB holds the whole result, so loads need not wait until it is sent.
	if _, err := conn.ExecContext(ctx, "DETACH "+warehouse, nil); err != nil {
		return err
	}
	return s.send(rows)
}

// query runs a statement, and interrupts it when its time is over.
func query(ctx context.Context, stmt driver.Stmt, most time.Duration) (driver.Rows, error) {
	ctx, stop := context.WithTimeoutCause(ctx, most, errSlow)
	defer stop()
	rows, err := stmt.(*ddb.Stmt).QueryContext(ctx, nil)
	if err != nil && context.Cause(ctx) != nil {
		return nil, context.Cause(ctx)
	}
	return rows, err
}

// opening says that the file could not be opened, without its path.
func opening(err error) error {
	if strings.Contains(err.Error(), "Could not set lock") {
		return fault("sql_busy", "The warehouse is in use by another program", "Try again.")
	}
	return err
}

// check returns the text to run: the statement with a LIMIT that ends the result as early as
// we would, if the statement has none. DuckDB keeps a whole result in memory, and without the
// LIMIT that of a large table does not fit.
func (j *Job) check(ctx context.Context) (string, error) {
	if err := checkText(j.SQL); err != nil {
		return "", err
	}
	parser, err := connect(ctx, j.Memory)
	if err != nil {
		return "", err
	}
	defer parser.Close()
	g := newGate(j.Catalog, j.Tables)
	tree, err := parse(ctx, parser, j.SQL)
	if err != nil {
		return "", err
	}
	if err := g.walk(tree, nil); err != nil {
		return "", err
	}
	limited := strings.TrimRight(j.SQL, "; \t\r\n") + "\nLIMIT " + strconv.Itoa(j.Limits.Rows+1)
	if other, err := parse(ctx, parser, limited); err == nil && isLimited(tree, other) && g.walk(other, nil) == nil {
		return limited, nil
	}
	return j.SQL, nil
}

// parse returns the tree of a statement. The text is bound, and is neither run nor prepared.
func parse(ctx context.Context, conn *ddb.Conn, sql string) (map[string]any, error) {
	rows, err := conn.QueryContext(ctx, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", []driver.NamedValue{{Ordinal: 1, Value: sql}})
	if err != nil {
		return nil, err
	}
	row := make([]driver.Value, 1)
	err = errors.Join(rows.Next(row), rows.Close())
	if err != nil {
		return nil, err
	}
	text, ok := row[0].(string)
	if !ok {
		return nil, refused("The statement cannot be read", "Correct it.")
	}
	return decodeTree([]byte(text))
}

// isLimited reports whether the second tree is the first one with a LIMIT at its top, and
// nothing else.
func isLimited(tree, limited map[string]any) bool {
	before, ok1 := tree["node"].(map[string]any)
	after, ok2 := limited["node"].(map[string]any)
	if !ok1 || !ok2 {
		return false
	}
	all, _ := after["modifiers"].([]any)
	if len(all) == 0 {
		return false
	}
	last, _ := all[len(all)-1].(map[string]any)
	if textOf(last, "type") != "LIMIT_MODIFIER" {
		return false
	}
	own, _ := before["modifiers"].([]any)
	rest := map[string]any{}
	for name, part := range after {
		rest[name] = part
	}
	rest["modifiers"] = all[:len(all)-1]
	if len(own) == 0 && len(all) == 1 {
		rest["modifiers"] = before["modifiers"]
	}
	return reflect.DeepEqual(before, rest)
}

// sender sends rows until a limit strikes.
type sender struct {
	out    io.Writer
	limits Limits
	limit  adtally.SQLLimit
	cut    int
	sent   int64 // bytes
	rows   int
}

func (s *sender) send(rows driver.Rows) error {
	columns, err := columnsOf(rows)
	if err != nil {
		return err
	}
	if err := writeFrame(s.out, frame{Columns: columns}); err != nil {
		return err
	}
	row, batch, size := make([]driver.Value, len(columns)), [][]*string(nil), int64(0)
	for s.limit == adtally.NoSQLLimit {
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		cells, bytes := s.cells(row, columns)
		if !s.fits(bytes) {
			break
		}
		batch, size = append(batch, cells), size+bytes
		if size > frameSize {
			if err := writeFrame(s.out, frame{Rows: batch}); err != nil {
				return err
			}
			batch, size = nil, 0
		}
	}
	if len(batch) == 0 {
		return nil
	}
	return writeFrame(s.out, frame{Rows: batch})
}

// fits counts a row, or says which limit it is beyond.
func (s *sender) fits(bytes int64) bool {
	s.rows++
	s.sent += bytes
	switch {
	case s.rows > s.limits.Rows:
		s.limit = adtally.RowLimit
	case s.sent > s.limits.Bytes || bytes > maxFrame/8:
		s.limit = adtally.ByteLimit
	}
	return s.limit == adtally.NoSQLLimit
}

func columnsOf(rows driver.Rows) (all []adtally.SQLColumn, err error) {
	typed, _ := rows.(driver.RowsColumnTypeDatabaseTypeName)
	for i, name := range rows.Columns() {
		c := adtally.SQLColumn{Name: name}
		if typed != nil {
			c.Type = typed.ColumnTypeDatabaseTypeName(i)
		}
		all = append(all, c)
	}
	if len(all) > MaxColumns {
		return nil, fault("sql_refused", "The result has more than 500 columns", "Name the columns that you need.")
	}
	return all, nil
}

// cells are the values of a row as text, and their size.
func (s *sender) cells(row []driver.Value, columns []adtally.SQLColumn) (cells []*string, bytes int64) {
	for i, v := range row {
		if v == nil {
			cells, bytes = append(cells, nil), bytes+4
			continue
		}
		text := textOfValue(v, columns[i].Type)
		if len(text) > MaxValue {
			text = strings.ToValidUTF8(text[:MaxValue], "") + "…"
			s.cut++
		}
		cells, bytes = append(cells, &text), bytes+int64(len(text))+4
	}
	return cells, bytes
}
