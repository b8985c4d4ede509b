package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// holdsNoSecret searches all output and files for the token.
func (r *running) holdsNoSecret(token string) {
	r.t.Helper()
	if strings.Contains(r.said.String(), token) {
		r.t.Error("the token was said")
	}
	err := filepath.WalkDir(r.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(token)) {
			r.t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// supported writes a support bundle.
func (r *running) supported(more ...string) {
	r.t.Helper()
	to := filepath.Join(r.dir, "support.zip")
	if _, errs, code := typed(r.t, nil, append([]string{"support", "--data", r.dir, "--to", to}, more...)...); code != 0 {
		r.t.Fatal(errs)
	}
	z, err := zip.OpenReader(to)
	if err != nil {
		r.t.Fatal(err)
	}
	defer z.Close()
	for _, part := range z.File {
		f, err := part.Open()
		if err != nil {
			r.t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err != nil || len(text) == 0 {
			r.t.Errorf("%s: %v", part.Name, err)
		}
		_, _ = r.said.Write(text)
	}
	if len(z.File) < 8 {
		r.t.Errorf("it has only %d parts", len(z.File))
	}
}

// holdsNoSecret searches every row of a database.
func holdsNoSecret(t *testing.T, address, token string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const list = "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
	tables := texts(t, db, list)
	for _, name := range tables {
		if n := texts(t, db, "SELECT count(*)::text FROM "+name+" AS row WHERE strpos(row::text, $1) > 0 OR strpos(row::text, encode($1::bytea, 'hex')) > 0", token); n[0] != "0" {
			t.Errorf("%s rows of %s hold the token", n[0], name)
		}
	}
	if len(tables) < 20 {
		t.Errorf("only %d tables were looked through", len(tables))
	}
}

func texts(t *testing.T, db *sql.DB, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
