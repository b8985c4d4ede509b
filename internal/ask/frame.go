package ask

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"adtally"
)

// Job is what a child process does.
type Job struct {
	SQL string `json:"sql"`
	// File is the DuckDB file. No process may have it attached for writing meanwhile.
	File string `json:"file"`
	// Catalog may precede a dataset, as in warehouse.facebook_ads.basic_ad; empty = none.
	Catalog string  `json:"catalog"`
	Tables  []Table `json:"tables"`
	Limits  Limits  `json:"limits"`
	Memory  int64   `json:"memory"` // bytes that DuckDB's buffers may use
}

// frame is a message from the child. It has columns, rows, an end or a fault.
type frame struct {
	Columns []adtally.SQLColumn `json:"columns,omitempty"`
	Rows    [][]*string         `json:"rows,omitempty"`
	End     *end                `json:"end,omitempty"`
	Fault   *told               `json:"fault,omitempty"`
}

// end is the last frame of a result.
type end struct {
	Limit adtally.SQLLimit `json:"limit"`
	Cut   int              `json:"cut"`
}

// told is a fault as the child tells it.
type told struct{ Code, Message, Hint string }

func (t *told) fault() error {
	f := fault(t.Code, t.Message, t.Hint)
	if f.Code == "sql_busy" {
		f.Act = adtally.Retry
	}
	return f
}

// maxFrame bounds a frame, so that a broken child cannot fill the parent's memory. A frame has
// one row, or rows up to frameSize.
const (
	maxFrame  = 16 << 20
	frameSize = 256 << 10
)

var errFrame = errors.New("the process sent something else than a result")

// writeFrame sends a frame: its length in four bytes, then JSON.
func writeFrame(w io.Writer, f frame) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)) //nolint:gosec // bounded by maxFrame
	return err
}

// readFrame receives a frame. io.EOF means that there is no further one.
func readFrame(r io.Reader) (f frame, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return f, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrame {
		return f, errFrame
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return f, fmt.Errorf("%w: %w", errFrame, err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("%w: %w", errFrame, err)
	}
	return f, nil
}
