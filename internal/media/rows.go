package media

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// shown is an object with the links to its picture, in the stream's order of preference.
type shown struct {
	id   string
	ways []way
}

type way struct{ name, link string }

// page reads the next objects after an ID. Stubs are left out.
func (w *work) page(ctx context.Context, s connector.Stream, after string) (page []shown, err error) {
	t := s.Tables[0]
	cells := fmt.Sprintf("%q", t.Key[0])
	for _, p := range s.Pictures.By {
		cells += fmt.Sprintf(", coalesce(%q, ''), ", p.Name)
		if p.Link == "" {
			cells += "''"
			continue
		}
		cells += fmt.Sprintf("coalesce(%q, '')", p.Link)
	}
	query := fmt.Sprintf(`SELECT %s FROM %q.%q WHERE %q = $1 AND %q > $2 AND NOT coalesce(%q, false) ORDER BY %q LIMIT %d`,
		cells, w.Dataset, t.Name, table.AccountColumn, t.Key[0], destination.StubColumn, t.Key[0], pageRows)
	err = w.scan(ctx, func(rows *sql.Rows) error {
		o := shown{ways: make([]way, len(s.Pictures.By))}
		into := []any{&o.id}
		for i := range o.ways {
			into = append(into, &o.ways[i].name, &o.ways[i].link)
		}
		err := rows.Scan(into...)
		page = append(page, o)
		return err
	}, query, w.account, after)
	return page, err
}

// recall reads the table, and which files are in the blob store.
func (w *work) recall(ctx context.Context) error {
	w.known, w.contents = map[object]record{}, map[name]*content{}
	looked := map[string]bool{}
	return w.scan(ctx, func(rows *sql.Rows) error {
		var r record
		var fetched sql.Null[time.Time]
		err := rows.Scan(&r.kind, &r.id, &r.state, &r.picture.kind, &r.picture.name, &r.file.Hash, &r.file.Name, &r.file.Type, &r.file.Bytes, &r.file.Width, &r.file.Height, &fetched)
		r.fetched = fetched.V
		w.known[r.object] = r
		if _, isLooked := looked[r.file.Name]; !isLooked && r.state == stateKept {
			looked[r.file.Name] = w.BlobStore.Has(r.file.Name)
		}
		if looked[r.file.Name] {
			w.contents[r.picture] = held(r)
		}
		return err
	}, fmt.Sprintf(`SELECT kind, object_id, state, coalesce(picture_kind, ''), coalesce(picture_name, ''), coalesce(content_hash, ''), coalesce(file, ''),
		coalesce(content_type, ''), coalesce(bytes, 0), coalesce(width, 0), coalesce(height, 0), fetched_at FROM %q.%q WHERE account_id = $1`, w.Dataset, Table.Name), w.account)
}

// held returns the content of a record whose file is in the blob store.
func held(r record) *content {
	c := &content{file: r.file, fetched: r.fetched}
	c.once.Do(func() {})
	return c
}

func (w *work) scan(ctx context.Context, row func(*sql.Rows) error, query string, args ...any) error {
	db, done, err := w.Writer.Query(ctx)
	if err != nil {
		return err
	}
	defer done()
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// write loads the changed rows into the warehouse.
func (w *work) write(ctx context.Context) error {
	if len(w.rows) == 0 {
		return nil
	}
	b := table.NewBuilder(&Table)
	for _, r := range w.rows {
		if err := w.set(b, r); err != nil {
			return err
		}
	}
	w.rows = nil
	_, err := w.Writer.Commit(ctx, destination.Load{ID: w.NewID(), Dataset: w.Dataset, Slice: adtally.Slice{Stream: stream, Account: w.account},
		Tables: []*table.Schema{&Table}, Asked: w.Now, Now: w.Now}, single(b.Batch()))
	return err
}

func (w *work) set(b *table.Builder, r record) error {
	values := map[string]string{
		table.AccountColumn: w.account, "kind": r.kind, "object_id": r.id, "state": r.state, "reason": r.reason,
		"picture_kind": r.picture.kind, "picture_name": r.picture.name,
		"content_hash": r.file.Hash, "file": r.file.Name, "content_type": r.file.Type,
		"bytes": whole(r.file.Bytes), "width": whole(int64(r.file.Width)), "height": whole(int64(r.file.Height)),
	}
	if !r.fetched.IsZero() {
		values["fetched_at"] = r.fetched.UTC().Format(time.RFC3339Nano)
	}
	for column, value := range values {
		if value == "" {
			continue
		}
		if err := b.Set(Table.Index(column), []byte(value)); err != nil {
			return fmt.Errorf("%s: %w", column, err)
		}
	}
	b.EndRow()
	return nil
}

// whole formats a size; an unknown size becomes NULL.
func whole(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// single yields one batch.
func single(b table.Batch) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) { yield(b, nil) }
}
