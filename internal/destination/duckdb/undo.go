package duckdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/zeebo/xxh3"
)

// undo repairs a file after a kill. DuckDB writes metadata blocks in place, even those
// that the current header refers to. A kill during such a write leaves half a block, and
// DuckDB calls the file corrupt; with DuckDB 1.5.6 this happened in about one of a
// thousand kills while a file was detached. So these blocks are saved next to the file,
// with the suffix undoSuffix, while it is attached for writing. The next to attach it
// restores them if the file still has the header that they belong to. Later commits are in
// DuckDB's log, which is emptied only after the header is written.
type undo struct {
	// db stays open while the file is attached: closing it earlier would release DuckDB's
	// lock, which belongs to the process.
	db *os.File
}

const (
	undoSuffix = ".undo"
	undoMark   = "adtally undo 1\n"
)

// The format of a DuckDB file: a main header, two database headers, and then blocks. The
// database header with the higher count is valid.
const (
	stateHeader  = 4096
	firstBlock   = 3 * 4096
	countAt      = 8
	blockSizeAt  = 40
	longestBlock = 1 << 20
)

// state identifies the state of a file and its block size.
type state struct{ count, blockSize uint64 }

func readState(db *os.File) (s state, err error) {
	var head [firstBlock]byte
	if _, err := db.ReadAt(head[:], 0); err != nil {
		return s, err
	}
	for _, at := range []int{stateHeader, 2 * stateHeader} {
		if n := binary.LittleEndian.Uint64(head[at+countAt:]); n >= s.count {
			s = state{n, binary.LittleEndian.Uint64(head[at+blockSizeAt:])}
		}
	}
	if s.blockSize == 0 || s.blockSize > longestBlock {
		return s, fmt.Errorf("unsupported block size %d", s.blockSize)
	}
	return s, nil
}

// prepareUndo restores blocks that a killed program left half written. It runs before the
// file is attached. A file that another program has attached is left alone.
func (f *file) prepareUndo() error {
	if !canUndo {
		return nil
	}
	db, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	f.undo.db = db
	kept, err := os.ReadFile(f.path + undoSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if lockWhole(db) != nil {
		return nil // in use: its user takes care of it
	}
	return restoreBlocks(db, kept)
}

// restoreBlocks restores the saved blocks if the file is still in the state that they belong to.
// An incomplete undo file is ignored: it was being saved before anything was written.
func restoreBlocks(db *os.File, kept []byte) error {
	body, whole := bytes.CutPrefix(kept, []byte(undoMark))
	if !whole || len(body) < 24 {
		return nil
	}
	body, sum := body[:len(body)-8], binary.LittleEndian.Uint64(body[len(body)-8:])
	if xxh3.Hash(body) != sum {
		return nil
	}
	now, err := readState(db)
	was := state{binary.LittleEndian.Uint64(body), binary.LittleEndian.Uint64(body[8:])}
	if err != nil || now != was {
		return err
	}
	for body = body[16:]; len(body) >= int(8+was.blockSize); body = body[8+was.blockSize:] {
		at := firstBlock + int64(binary.LittleEndian.Uint64(body)*was.blockSize)
		if _, err := db.WriteAt(body[8:8+was.blockSize], at); err != nil {
			return err
		}
	}
	return db.Sync()
}

// saveBlocks saves the metadata blocks before anything is written.
func (f *file) saveBlocks(ctx context.Context, s *session) error {
	if !canUndo {
		return nil
	}
	now, err := readState(f.undo.db)
	if err != nil {
		return err
	}
	body := binary.LittleEndian.AppendUint64(nil, now.count)
	body = binary.LittleEndian.AppendUint64(body, now.blockSize)
	rows, err := s.query(ctx, "SELECT block_id FROM pragma_metadata_info("+literal(catalog)+")")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id uint64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		body = binary.LittleEndian.AppendUint64(body, id)
		at := len(body)
		body = append(body, make([]byte, now.blockSize)...)
		if _, err := f.undo.db.ReadAt(body[at:], firstBlock+int64(id*now.blockSize)); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return writeUndo(f.path+undoSuffix, binary.LittleEndian.AppendUint64(body, xxh3.Hash(body)))
}

func writeUndo(path string, body []byte) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(append([]byte(undoMark), body...))
	return errors.Join(err, out.Sync(), out.Close())
}

// removeUndo is called after the file was detached. It removes the undo file if DuckDB has
// written everything.
func (f *file) removeUndo(whole bool) {
	if f.undo.db == nil {
		return
	}
	if whole && lockWhole(f.undo.db) == nil { // if the lock fails, another program has attached the file, and this is its undo file
		_ = os.Remove(f.path + undoSuffix) // if it stays, it belongs to another state and has no effect
	}
	_ = f.undo.db.Close()
	f.undo.db = nil
}
