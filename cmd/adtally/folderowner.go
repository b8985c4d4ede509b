package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"adtally/internal/store"
)

// folderOwner identifies the service that uses a data folder. It is written next to the
// lock file, so that a second service can name the first.
type folderOwner struct {
	PID       int       `json:"pid"`
	Host      string    `json:"host"`
	Since     time.Time `json:"since"`
	Warehouse string    `json:"warehouse"` // where its data is, for adtally backup; without a folder = in this one
}

const (
	lockFile  = "serve.lock"
	ownerFile = "serve.json"
)

// occupy locks the data folder for one service. The operating system releases the lock
// after a crash; the file next to it stays, and counts only while the lock is held.
func (f *serviceFlags) occupy(p *program) (leave func(), err error) {
	if err := f.makeFolder(); err != nil {
		return nil, err
	}
	leave, held, err := store.Hold(filepath.Join(f.Data, lockFile))
	if err != nil {
		return nil, wrong("data", "Check that the folder is writable.", "The folder %s cannot be locked: %w", f.Data, err)
	}
	if !held {
		return nil, f.occupied()
	}
	if err := f.sign(p.clock()); err != nil {
		leave()
		return nil, wrong("data", "Check that the folder is writable and that its disk is not full.", "The folder %s cannot be written: %w", f.Data, err)
	}
	return leave, nil
}

func (f *serviceFlags) makeFolder() error {
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return wrong("data", "Name another --data.", "The folder %s cannot be created: %w", f.Data, err)
	}
	return nil
}

// sign writes the owner file. It uses a temporary name first because the file can be
// read at any time.
func (f *serviceFlags) sign(now time.Time) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	warehouse, err := f.warehouseNoted()
	if err != nil {
		return err
	}
	text, err := json.Marshal(folderOwner{os.Getpid(), host, now.UTC().Truncate(time.Second), warehouse})
	if err != nil {
		return err
	}
	path := filepath.Join(f.Data, ownerFile)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// owner reads the current or last owner of the folder.
func (f *serviceFlags) owner() (t folderOwner, known bool) {
	text, err := os.ReadFile(filepath.Join(f.Data, ownerFile))
	return t, err == nil && json.Unmarshal(text, &t) == nil
}

// occupied returns the fault for a second service in the same folder.
func (f *serviceFlags) occupied() error {
	const hint = "Stop that one first, or name another folder with --data."
	t, known := f.owner()
	if !known {
		return wrong("data_in_use", hint, "Another adtally serve is using the folder %s", f.Data)
	}
	return wrong("data_in_use", hint, "Another adtally serve is using the folder %s: process %d on %s, since %s", f.Data, t.PID, t.Host, t.Since.Format("2006-01-02 15:04:05 MST"))
}

// warehouseFile is the path of the warehouse.
func (f *serviceFlags) warehouseFile() string {
	if f.Warehouse != "" {
		return f.Warehouse
	}
	return filepath.Join(f.Data, "warehouse.duckdb")
}

// warehouseNoted is the path that is stored in the owner file: relative inside the
// folder, so that it stays valid if the folder is moved.
func (f *serviceFlags) warehouseNoted() (string, error) {
	file := f.warehouseFile()
	if in, err := f.within(file); err != nil || in {
		return filepath.Base(file), err
	}
	return filepath.Abs(file)
}

// within reports whether a file is in the data folder.
func (f *serviceFlags) within(file string) (bool, error) {
	folder, err := filepath.Abs(f.Data)
	if err != nil {
		return false, err
	}
	file, err = filepath.Abs(file)
	return filepath.Dir(file) == folder, err
}

// warehouseInUse is the warehouse of these flags, or of the service that used the
// folder last.
func (f *serviceFlags) warehouseInUse() string {
	t, known := f.owner()
	switch {
	case f.Warehouse != "" || !known || t.Warehouse == "":
		return f.warehouseFile()
	case filepath.IsAbs(t.Warehouse):
		return t.Warehouse
	}
	return filepath.Join(f.Data, t.Warehouse)
}
