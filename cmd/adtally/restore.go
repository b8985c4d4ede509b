package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"adtally"
	"adtally/internal/archive"
	"adtally/internal/store"
	"adtally/internal/vault"
)

type restoreCommand struct {
	File           string `arg:"" help:"The backup."`
	Data           string `help:"Folder for the service. It must be empty; it is created if it does not exist." default:"adtally-data" env:"ADTALLY_DATA" placeholder:"DIR"`
	PassphraseFile string `help:"File whose first line is the backup's passphrase. Default: ADTALLY_BACKUP_PASSPHRASE, or a prompt." name:"passphrase-file" placeholder:"FILE"`
}

// Run unpacks and checks the whole backup in a temporary folder before it moves anything
// into place.
func (c *restoreCommand) Run(_ context.Context, p *program) (err error) {
	in, err := os.Open(c.File)
	if err != nil {
		return wrong("backup_unreadable", "Choose a file that adtally backup created.", "The backup cannot be read: %w", err)
	}
	defer in.Close()
	word, err := p.passphrase(c.PassphraseFile, false)
	if err != nil {
		return err
	}
	leave, err := c.vacant()
	if err != nil {
		return err
	}
	defer leave()
	folder, err := os.MkdirTemp(c.Data, "restoring-*")
	if err != nil {
		return c.unwritable(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	m, err := archive.Unpack(in, folder)
	if err != nil {
		return err
	}
	if err := c.openKeys(m, folder, word); err != nil {
		return err
	}
	if err := c.place(folder); err != nil {
		return c.unwritable(err)
	}
	return c.tell(p, m)
}

func (c *restoreCommand) unwritable(err error) error {
	return wrong("data", "Check that the folder is writable and that its disk is not full; empty it, and restore again.", "The folder %s cannot be written: %w", c.Data, err)
}

// vacant locks the folder if it is empty, apart from the lock file and lost+found.
func (c *restoreCommand) vacant() (leave func(), err error) {
	f := serviceFlags{Data: c.Data}
	if err := f.makeFolder(); err != nil {
		return nil, err
	}
	leave, held, err := store.Hold(filepath.Join(c.Data, lockFile))
	if err != nil {
		return nil, c.unwritable(err)
	}
	if !held {
		return nil, f.occupied()
	}
	there, err := os.ReadDir(c.Data)
	for _, e := range there {
		if e.Name() != lockFile && e.Name() != "lost+found" {
			leave()
			return nil, wrong("data_not_empty", "Choose an empty folder with --data, or one that does not exist.", "The folder %s is not empty: it has %s", c.Data, e.Name())
		}
	}
	return leave, err
}

// openKeys decrypts the keys and writes them next to the database.
func (c *restoreCommand) openKeys(m archive.Manifest, folder string, word adtally.Secret) error {
	about, err := m.Digest(sealedName)
	if err != nil {
		return err
	}
	sealed, err := os.ReadFile(filepath.Join(folder, sealedName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text, err := vault.OpenWith(word, sealed, about)
	if err != nil {
		return err
	}
	var k kept
	if err := json.Unmarshal([]byte(text.Reveal()), &k); err != nil {
		return errors.New("the keys of the backup cannot be read") // err would contain a part of them
	}
	ring, err := vault.Given{Name: "the backup", Text: adtally.NewSecret(k.Keys)}.Load()
	if err != nil {
		return err
	}
	for _, key := range ring {
		if err := vault.Folder(filepath.Join(folder, "keys")).Add(key); err != nil {
			return err
		}
	}
	if k.Signing != "" {
		err = os.WriteFile(filepath.Join(folder, signingName), []byte(k.Signing), 0o600)
	}
	return errors.Join(err, os.Remove(filepath.Join(folder, sealedName)))
}

// place moves the checked files into the data folder, the database last: without it the
// folder has no service.
func (c *restoreCommand) place(folder string) error {
	there, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(c.Data, uploadFolder), 0o700); err != nil {
		return err
	}
	for _, e := range there {
		if e.Name() != databaseName {
			if err := os.Rename(filepath.Join(folder, e.Name()), c.placeOf(e.Name())); err != nil {
				return err
			}
		}
	}
	return os.Rename(filepath.Join(folder, databaseName), filepath.Join(c.Data, databaseName))
}

// placeOf returns the path of a file of the backup in the data folder.
func (c *restoreCommand) placeOf(name string) string {
	if uploaded, is := strings.CutPrefix(name, uploadedPrefix); is {
		return filepath.Join(c.Data, uploadFolder, uploaded)
	}
	return filepath.Join(c.Data, name)
}

func (c *restoreCommand) tell(p *program, m archive.Manifest) error {
	if err := p.printf("The service as of %s is restored to %s. Start it with: adtally serve --data %s\n", m.Made.Format("2006-01-02 15:04 MST"), c.Data, strings.TrimSpace(c.Data)); err != nil || m.Warehouse == "" {
		return err
	}
	return p.printf("The backup does not contain the warehouse, which was at %s. Copy that file and pass it with --warehouse; otherwise everything is read again.\n", m.Warehouse)
}
