package upload

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/csvfile"
	"adtally/internal/destination"
)

// Store keeps what is known of files and mapped tables.
type Store interface {
	// AddDataFile refuses with name_used if the name is taken.
	AddDataFile(ctx context.Context, f adtally.DataFile, audit adtally.AuditEntry) error
	DataFile(ctx context.Context, id string) (adtally.DataFile, error)
	// DataFiles returns all files and mapped tables, by name.
	DataFiles(ctx context.Context) ([]adtally.DataFile, error)
	// EditDataFile refuses with stale_edit if the file has another revision. The result has the
	// next one.
	EditDataFile(ctx context.Context, f adtally.DataFile, audit ...adtally.AuditEntry) (adtally.DataFile, error)
	RemoveDataFile(ctx context.Context, id string, audit adtally.AuditEntry) error
}

// Warehouse is where the rows go.
type Warehouse interface {
	// Share changes the shared dataset; see destination.Sharer.
	Share(ctx context.Context, changes ...destination.Change) ([]destination.Changed, error)
	// Read calls do with a read-only handle.
	Read(ctx context.Context, do func(context.Context, *sql.DB) error) error
}

// Service loads files and mapped tables.
type Service struct {
	Store     Store
	Warehouse Warehouse
	Folder    string // for the bytes of files
	Settings  func(context.Context) (analytics.Settings, error)
	// Targets returns the currencies that amounts are converted to, besides the reporting currency;
	// nil = none.
	Targets func(context.Context) ([]string, error)
	Now     func() time.Time
	NewID   func() string

	loading sync.Mutex // one load at a time: the computed tables depend on all files
}

func (s *Service) path(id string) string { return filepath.Join(s.Folder, id+".csv") }

func (s *Service) opener(id string) csvfile.Opener {
	return func() (io.ReadCloser, error) {
		f, err := os.Open(s.path(id))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &adtally.Fault{Act: adtally.Configure, Code: "file_missing", Message: "The bytes of the file are no longer in the data folder", Hint: "Upload the file again.", Err: err}
		}
		return f, err
	}
}

// Receive stores an uploaded file and guesses what it looks like. A file of the same name
// keeps its ID and, as far as it fits, its mapping.
func (s *Service) Receive(ctx context.Context, name string, kind adtally.FileKind, body io.Reader, by string, audit func(adtally.DataFile) adtally.AuditEntry) (f adtally.DataFile, err error) {
	if strings.TrimSpace(name) == "" {
		return f, wrong("The file has no name", "Give it a name.")
	}
	old, err := s.named(ctx, name, kind, "")
	if err != nil {
		return f, err
	}
	received := s.NewID()
	defer func() { err = errors.Join(err, removed(s.path(received))) }()
	size, err := s.keep(ctx, received, body)
	if err != nil {
		return f, err
	}
	f = adtally.DataFile{ID: s.NewID(), Name: name, Kind: kind}
	if old != nil {
		f = *old
	}
	f.Size, f.Uploaded, f.By = size, s.Now(), by
	if f.Guess, err = csvfile.Guess(s.opener(received), adtally.FileFormat{}); err != nil {
		return f, err
	}
	f.Mapping = again(f, Suggest(kind, f.Guess))
	if err := os.Rename(s.path(received), s.path(f.ID)); err != nil {
		return f, fmt.Errorf("keep the file: %w", err)
	}
	if old != nil {
		return s.Store.EditDataFile(ctx, f, audit(f))
	}
	f.Revision = 1
	return f, s.Store.AddDataFile(ctx, f, audit(f))
}

func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// keep writes a stream to the folder.
func (s *Service) keep(ctx context.Context, id string, body io.Reader) (int64, error) {
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return 0, fmt.Errorf("keep the file: %w", err)
	}
	to, err := os.OpenFile(s.path(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("keep the file: %w", err)
	}
	size, err := io.Copy(to, body)
	if err := errors.Join(err, to.Close(), ctx.Err()); err != nil {
		return 0, fmt.Errorf("keep the file: %w", err)
	}
	return size, nil
}

// named returns the file of a name, nil if there is none. It refuses a name of another kind.
func (s *Service) named(ctx context.Context, name string, kind adtally.FileKind, relation string) (*adtally.DataFile, error) {
	if !slices.Contains(adtally.FileKinds, kind) {
		return nil, wrong(fmt.Sprintf("There are no files of kind %q", kind), "Choose customers, orders, refunds, spend, budgets or rates.")
	}
	all, err := s.Store.DataFiles(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.Name != name {
			continue
		}
		if f.Kind != kind || (f.Relation == "") != (relation == "") || relation != "" {
			return nil, &adtally.Fault{Act: adtally.Configure, Code: "name_used", Message: fmt.Sprintf("%q is the name of other data (%s)", name, f.Kind), Hint: "Choose another name, or delete the other data."}
		}
		return &f, nil
	}
	return nil, nil
}

// again returns the mapping of the file before, if all of its columns are in the new file;
// otherwise the suggestion.
func again(f adtally.DataFile, suggested adtally.FileMapping) adtally.FileMapping {
	old := f.Mapping
	if len(old.Columns) == 0 {
		return suggested
	}
	for _, c := range old.Columns {
		if !slices.Contains(f.Guess.Columns, c) {
			return suggested
		}
	}
	dates := suggested.Format.Dates
	for column, format := range old.Format.Dates {
		if dates[column] == "" {
			dates[column] = format // a person has chosen it for the file before
		}
	}
	if suggested.Format.Decimal == "" {
		suggested.Format.Decimal = old.Format.Decimal
	}
	old.Format = suggested.Format
	return old
}

// Edit changes the mapping of a file or mapped table. If the format changed, the file is read again.
func (s *Service) Edit(ctx context.Context, id string, revision int64, m adtally.FileMapping, audit adtally.AuditEntry) (f adtally.DataFile, err error) {
	if f, err = s.Store.DataFile(ctx, id); err != nil {
		return f, err
	}
	old := f.Mapping.Format
	f.Mapping, f.Revision = m, revision
	if m.Zone == "" {
		f.Mapping.Zone = "UTC"
	}
	if changed := old.Encoding != m.Format.Encoding || old.Delimiter != m.Format.Delimiter || old.Header != m.Format.Header; changed && f.Relation == "" {
		if f.Guess, err = csvfile.Guess(s.opener(id), m.Format); err != nil {
			return f, err
		}
		f.Mapping = again(f, Suggest(f.Kind, f.Guess))
	}
	return s.Store.EditDataFile(ctx, f, audit)
}

// Delete deletes a file or mapped table with its rows.
func (s *Service) Delete(ctx context.Context, id string, audit adtally.AuditEntry) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	f, err := s.Store.DataFile(ctx, id)
	if err != nil {
		return err
	}
	if err := s.withdraw(ctx, f); err != nil {
		return err
	}
	if err := s.Store.RemoveDataFile(ctx, id, audit); err != nil {
		return err
	}
	return removed(s.path(id))
}
