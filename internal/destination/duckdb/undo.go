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

// DuckDB writes blocks of metadata in place: those that the file's header
// refers to, with more in them. Whoever is killed within such a write leaves
// half a block, and a file that DuckDB calls corrupt: seen in about one of a
// thousand kills that strike while a file is let go, with DuckDB 1.5.6. So these
// blocks are kept beside the file, under its name and undoSuffix, as long as it
// is attached for writing; the next to attach it puts them back where the header
// is still the one that they belong to. What was committed since is in DuckDB's
// log, which it empties only after the header.
type undo struct {
	// db is open as long as the file is attached: closing it earlier would give
	// up the lock that DuckDB holds, which is the process's.
	db *os.File
}

const (
	undoSuffix = ".undo"
	undoMark   = "adtally undo 1\n"
)

// The form of a DuckDB file: a header of its own, two headers of a state, of
// which the one with the higher count is true, and then blocks.
const (
	stateHeader  = 4096
	firstBlock   = 3 * 4096
	countAt      = 8
	blockSizeAt  = 40
	longestBlock = 1 << 20
)

// state is which state a file is in, and how large its blocks are.
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
		return s, fmt.Errorf("blocks of %d bytes", s.blockSize)
	}
	return s, nil
}

// prepareUndo puts back what a program that was killed left half written. It is
// called before the file is attached; a file that another program has attached
// is left alone.
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
		return nil // it is in use: whoever uses it takes care of it
	}
	return putBack(db, kept)
}

// putBack writes the blocks that were kept, if the file is still in the state
// that they are of. What was kept only in part was kept before anything was
// written.
func putBack(db *os.File, kept []byte) error {
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

// keepUndo keeps the blocks of metadata, before anything is written.
func (f *file) keepUndo(ctx context.Context, s *session) error {
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

// forgetUndo ends the keeping, once the file is detached; what was kept goes
// when DuckDB has written all.
func (f *file) forgetUndo(whole bool) {
	if f.undo.db == nil {
		return
	}
	if whole && lockWhole(f.undo.db) == nil { // else another program has attached the file by now, and this is its own
		_ = os.Remove(f.path + undoSuffix) // one that stays is of another state, and does nothing
	}
	_ = f.undo.db.Close()
	f.undo.db = nil
}
