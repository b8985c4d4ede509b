package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"adtally"
	"adtally/internal/destination"
)

// warehouse is open while it is in use and for a short time afterwards. An idle service
// does not need it, and DuckDB would take half of its memory.
type warehouse struct {
	kind  destination.Kind
	where adtally.Destination
	log   *slog.Logger
	rest  time.Duration // how long it stays open without use

	mu     sync.Mutex
	writer destination.Writer
	users  int
	timer  *time.Timer
}

// usualRest is longer than the pauses between the accounts of a run.
const usualRest = time.Minute

// duckDBMagic follows the checksum of the first block of a DuckDB file.
const (
	duckDBMagic = "DUCK"
	magicAt     = 8
)

// look checks the warehouse without opening it: a missing file is created by the first
// sync, and a file with DuckDB's magic bytes is accepted. It opens anything else, to report
// what is wrong.
func (w *warehouse) look(ctx context.Context) error {
	head := make([]byte, magicAt+len(duckDBMagic))
	f, err := os.Open(w.where.Location)
	if err == nil {
		_, err = f.Read(head)
		err = errors.Join(err, f.Close())
	}
	folder, unseen := os.Stat(filepath.Dir(w.where.Location))
	switch {
	case err == nil && string(head[magicAt:]) == duckDBMagic:
		return nil
	case errors.Is(err, os.ErrNotExist) && unseen == nil && folder.IsDir():
		return nil
	}
	_, release, err := w.use(ctx)
	if err == nil {
		release()
	}
	return err
}

// use opens the warehouse; the caller must call the returned function when done.
func (w *warehouse) use(ctx context.Context) (destination.Writer, func(), error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	if w.writer == nil {
		writer, err := w.kind.Open(ctx, w.where, adtally.Secret{})
		if err != nil {
			return nil, nil, err
		}
		w.writer = writer
	}
	w.users++
	return w.writer, sync.OnceFunc(w.giveBack), nil
}

func (w *warehouse) giveBack() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users--; w.users == 0 {
		w.timer = time.AfterFunc(w.rest, func() {
			if err := w.close(); err != nil {
				w.log.Error("the warehouse could not be closed", "error", err)
			}
		})
	}
}

// close closes the warehouse unless it is in use.
func (w *warehouse) close() (err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users == 0 && w.writer != nil {
		err = w.writer.Close()
		w.writer = nil
	}
	return err
}
