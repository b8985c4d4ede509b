package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/archive"
	"adtally/internal/destination"
	"adtally/internal/store"
	"adtally/internal/vault"
)

// Names of the files in a backup, besides the warehouse.
const (
	databaseName = "adtally.db"
	sealedName   = "keys.sealed"
	signingName  = "signing.secret"
)

// backupCommand works beside a running service, or without it.
type backupCommand struct {
	serviceFlags
	File             string `arg:"" help:"The file to create. It must not exist."`
	PassphraseFile   string `help:"File whose first line is the passphrase that encrypts the keys. Default: ADTALLY_BACKUP_PASSPHRASE, or a prompt." name:"passphrase-file" placeholder:"FILE"`
	WithoutWarehouse bool   `help:"Leave the warehouse out, and record only where it is."`
}

func (c *backupCommand) Run(ctx context.Context, p *program) (err error) {
	if err := c.possible(); err != nil {
		return err
	}
	word, err := p.passphrase(c.PassphraseFile, true)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp(filepath.Dir(c.File), ".adtally-backup-*")
	if err != nil {
		return wrong("backup_unwritable", "Choose a file in an existing folder that you can write to.", "The backup cannot be written: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	m, err := c.gather(ctx, p, folder, word)
	if err != nil {
		return err
	}
	if err := c.pack(m, folder); err != nil {
		return err
	}
	return c.tell(p, m)
}

// possible returns a fault if this service cannot be backed up to a file.
func (c *backupCommand) possible() error {
	if c.DatabaseURL != "" {
		return wrong("backup_server", "Back the database up with PostgreSQL's own pg_dump (schemas adtally and river), and keep the folder "+filepath.Join(c.Data, "keys")+", the file "+filepath.Join(c.Data, signingName)+" and the warehouse with it.",
			"The database of this service is in PostgreSQL, and adtally backup copies files")
	}
	if err := c.there(); err != nil {
		return err
	}
	if _, err := os.Lstat(c.File); err == nil {
		return wrong("backup_exists", "Choose another file name, or move that file away.", "The file %s already exists", c.File)
	}
	return nil
}

// gather copies all parts of a service into a folder. The database is copied before
// the warehouse: the next sync adopts loads that only the warehouse has.
func (c *backupCommand) gather(ctx context.Context, p *program, folder string, word adtally.Secret) (m archive.Manifest, err error) {
	m = archive.Manifest{Made: p.clock().UTC().Truncate(time.Second), Version: version}
	keys, err := c.copyDatabase(ctx, p, folder)
	if err != nil {
		return m, err
	}
	names, elsewhere, err := c.copyWarehouse(ctx, p, folder)
	if err != nil {
		return m, err
	}
	m.Warehouse = elsewhere
	files, err := c.copyUploads(ctx, folder)
	if err != nil {
		return m, err
	}
	for _, name := range slices.Concat([]string{databaseName}, names, files) {
		if err := m.Add(folder, name); err != nil {
			return m, err
		}
	}
	return m, c.sealKeys(&m, folder, keys, word)
}

// copyDatabase copies the database and returns the keys that open the secrets in the
// copy. Keys can be rotated meanwhile, so it includes those from before and after.
func (c *backupCommand) copyDatabase(ctx context.Context, p *program, folder string) (string, error) {
	before, err := c.vaultOf(p, nil).Keys.Load()
	if err != nil {
		return "", err
	}
	to := filepath.Join(folder, databaseName)
	if err := store.Copy(ctx, c.address(databaseName), to); err != nil {
		return "", err
	}
	after, err := c.vaultOf(p, nil).Keys.Load()
	if err != nil {
		return "", err
	}
	texts := map[string]bool{}
	for _, k := range append(before, after...) {
		texts[k.Text().Reveal()] = true
	}
	var keys []string
	for text := range texts {
		keys = append(keys, text)
	}
	all := strings.Join(keys, "\n")
	return all, c.fits(ctx, p, to, all)
}

// fits checks that the keys open every secret in the copy. A backup without the right
// keys would be worthless.
func (c *backupCommand) fits(ctx context.Context, p *program, path, keys string) (err error) {
	db, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	v := c.vaultOf(p, db)
	v.Keys = vault.Given{Name: v.Keys.String(), Text: adtally.NewSecret(keys)}
	return v.Unlock(ctx)
}

// copyWarehouse copies the warehouse if it is in the service's folder, and otherwise
// returns where it is.
func (c *backupCommand) copyWarehouse(ctx context.Context, p *program, folder string) (names []string, elsewhere string, err error) {
	file := c.warehouseInUse()
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return nil, "", nil
	}
	in, err := c.within(file)
	if err != nil {
		return nil, "", err
	}
	if c.WithoutWarehouse || !in {
		elsewhere, err = filepath.Abs(file)
		return nil, elsewhere, err
	}
	where, err := destinationAt(file)
	if err != nil {
		return nil, "", err
	}
	w, err := p.destination(where.Kind, destinationOptions{LockTimeout: time.Minute}).Open(ctx, where, adtally.Secret{})
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	copier, can := w.(destination.Copier)
	if !can {
		return nil, "", wrong("no_copy", "Back it up with its own tools, and give --without-warehouse here.", "A warehouse of the kind %s cannot be copied", where.Kind)
	}
	names, err = copier.Copy(ctx, folder)
	return names, "", err
}

// uploadedPrefix begins the names of uploaded files in a backup, which has no folders.
const uploadedPrefix = "uploaded-"

// copyUploads copies the bytes of the uploaded files that the copied database knows. A file that
// was deleted meanwhile is left out.
func (c *backupCommand) copyUploads(ctx context.Context, folder string) (names []string, err error) {
	db, err := store.Open(ctx, filepath.Join(folder, databaseName))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, err := db.DataFiles(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.Relation != "" {
			continue
		}
		name := f.ID + ".csv"
		switch err := copyFile(filepath.Join(c.Data, uploadFolder, name), filepath.Join(folder, uploadedPrefix+name)); {
		case err == nil:
			names = append(names, uploadedPrefix+name)
		case !errors.Is(err, os.ErrNotExist):
			return nil, wrong("data", "Check that the folder is readable, and that the disk of the backup is not full.", "The uploaded file %q cannot be copied: %w", f.Name, err)
		}
	}
	return names, nil
}

// copyFile links a file where it can: an uploaded file is replaced, but never changed.
func copyFile(from, to string) error {
	if err := os.Link(from, to); err == nil || errors.Is(err, os.ErrNotExist) {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// kept are the secrets that are stored outside the database.
type kept struct {
	Keys    string `json:"keys"`
	Signing string `json:"signing"`
}

// sealKeys seals the keys with the passphrase, for this backup and no other.
func (c *backupCommand) sealKeys(m *archive.Manifest, folder, keys string, word adtally.Secret) error {
	signing, err := os.ReadFile(filepath.Join(c.Data, signingName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return wrong("data", "Check that the folder is readable.", "The file %s cannot be read: %w", signingName, err)
	}
	text, err := json.Marshal(kept{keys, string(signing)})
	if err != nil {
		return err
	}
	about, err := m.Digest(sealedName)
	if err != nil {
		return err
	}
	sealed := vault.SealWith(word, adtally.NewSecret(string(text)), about)
	if err := os.WriteFile(filepath.Join(folder, sealedName), sealed, 0o600); err != nil {
		return err
	}
	return m.Add(folder, sealedName)
}

// pack writes the backup under a temporary name first, so that an incomplete file never
// has the final name.
func (c *backupCommand) pack(m archive.Manifest, folder string) error {
	part := filepath.Join(folder, "part")
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(archive.Pack(out, m, folder), out.Sync(), out.Close()); err != nil {
		return wrong("backup_unwritable", "Free some disk space, or choose a file on another disk.", "The backup cannot be written: %w", err)
	}
	if err := os.Link(part, c.File); err == nil || errors.Is(err, os.ErrExist) { // never overwrites another file
		return err
	}
	return os.Rename(part, c.File) // a file system without links
}

func (c *backupCommand) tell(p *program, m archive.Manifest) error {
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	data := "with the warehouse"
	switch {
	case m.Warehouse != "":
		data = "without the warehouse, which is at " + m.Warehouse
	case !slices.ContainsFunc(m.Files, func(e archive.Entry) bool {
		return e.Name != databaseName && e.Name != sealedName && !strings.HasPrefix(e.Name, uploadedPrefix)
	}):
		data = "there is no warehouse yet"
	}
	return p.printf("%s\n", fmt.Sprintf("%s: %.1f MB, %s. Its keys open with the passphrase only.", c.File, float64(info.Size())/1e6, data))
}
