package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"adtally"
)

const dataFileColumns = `id, name, kind, relation, size, uploaded, uploaded_by, guess, mapping, result, revision`

// AddDataFile stores a new file or mapped table. It refuses with name_used if the name is taken.
func (db *DB) AddDataFile(ctx context.Context, f adtally.DataFile, d adtally.AuditEntry) error {
	guess, mapping, result, err := dataFileTexts(f)
	if err != nil {
		return err
	}
	return db.audited(ctx, "add a file", d, func(tx txn) error {
		n, err := tx.exec(ctx, `INSERT INTO data_files (`+dataFileColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (name) DO NOTHING`,
			f.ID, f.Name, string(f.Kind), f.Relation, f.Size, micros(f.Uploaded), f.By, guess, mapping, result)
		if err == nil && n == 0 {
			err = configure("name_used", "other data has this name", "Choose another name, or delete the other data.", nil)
		}
		return err
	})
}

func dataFileTexts(f adtally.DataFile) (guess, mapping, result string, err error) {
	for _, one := range []struct {
		into *string
		v    any
	}{{&guess, f.Guess}, {&mapping, f.Mapping}, {&result, f.Result}} {
		b, err := json.Marshal(one.v)
		if err != nil {
			return "", "", "", err
		}
		*one.into = string(b)
	}
	return guess, mapping, result, nil
}

// DataFiles returns all files and mapped tables, by name.
func (db *DB) DataFiles(ctx context.Context) ([]adtally.DataFile, error) {
	return db.dataFiles(ctx, `1 = 1 ORDER BY name`)
}

// DataFile returns one file or mapped table.
func (db *DB) DataFile(ctx context.Context, id string) (adtally.DataFile, error) {
	all, err := db.dataFiles(ctx, `id = ?`, id)
	return one(all, err, "file")
}

func (db *DB) dataFiles(ctx context.Context, which string, args ...any) (all []adtally.DataFile, err error) {
	err = db.query(ctx, "read the files", func(rows *sql.Rows) error {
		f, err := scanDataFile(rows)
		all = append(all, f)
		return err
	}, `SELECT `+dataFileColumns+` FROM data_files WHERE `+which, args...)
	return all, err
}

func scanDataFile(rows *sql.Rows) (f adtally.DataFile, err error) {
	var kind, guess, mapping, result string
	var uploaded sql.Null[int64]
	if err := rows.Scan(&f.ID, &f.Name, &kind, &f.Relation, &f.Size, &uploaded, &f.By, &guess, &mapping, &result, &f.Revision); err != nil {
		return f, err
	}
	f.Kind, f.Uploaded = adtally.FileKind(kind), moment(uploaded)
	for text, into := range map[*string]any{&guess: &f.Guess, &mapping: &f.Mapping, &result: &f.Result} {
		if err := fromJSON(*text, into); err != nil {
			return f, err
		}
	}
	return f, nil
}

// EditDataFile replaces the file with f's ID, and returns it with its next revision. It fails if the file
// was changed since f was read.
func (db *DB) EditDataFile(ctx context.Context, f adtally.DataFile, audit ...adtally.AuditEntry) (adtally.DataFile, error) {
	guess, mapping, result, err := dataFileTexts(f)
	if err != nil {
		return f, err
	}
	err = db.write(ctx, "change a file", func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE data_files SET name = ?, relation = ?, size = ?, uploaded = ?, uploaded_by = ?, guess = ?, mapping = ?, result = ?, revision = revision + 1 WHERE id = ? AND revision = ?`,
			f.Name, f.Relation, f.Size, micros(f.Uploaded), f.By, guess, mapping, result, f.ID, f.Revision)
		if err := staleUnless(n, err); err != nil {
			return err
		}
		for _, d := range audit {
			if err := tx.addAuditEntry(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
	f.Revision++
	return f, err
}

// RemoveDataFile deletes what is known of a file or mapped table.
func (db *DB) RemoveDataFile(ctx context.Context, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "remove a file", d, func(tx txn) error {
		n, err := tx.exec(ctx, `DELETE FROM data_files WHERE id = ?`, id)
		if err == nil && n == 0 {
			err = absent("file")
		}
		return err
	})
}

// SettingDocument reads settings of a name into a value, and returns their revision; 0 means that none are
// stored and the value is unchanged.
func (db *DB) SettingDocument(ctx context.Context, name string, into any) (revision int64, err error) {
	err = db.query(ctx, "read the settings", func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text, &revision); err != nil {
			return err
		}
		return fromJSON(text, into)
	}, `SELECT value, revision FROM settings WHERE name = ?`, name)
	return revision, err
}

// SetSettingDocument replaces the settings of a name that have a revision.
func (db *DB) SetSettingDocument(ctx context.Context, name string, revision int64, value any, d adtally.AuditEntry) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return db.audited(ctx, "change the settings", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE settings SET value = ?, revision = revision + 1 WHERE name = ? AND revision = ?`, string(text), name, revision)
		if err == nil && n == 0 && revision == 0 { // nothing was set yet
			n, err = tx.exec(ctx, `INSERT INTO settings (name, value, revision) VALUES (?, ?, 1) ON CONFLICT (name) DO NOTHING`, name, string(text))
		}
		return staleUnless(n, err)
	})
}
