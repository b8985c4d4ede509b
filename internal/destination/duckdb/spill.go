package duckdb

import (
	"bufio"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// spill is rows in a file of the scratch folder, as an Arrow stream.
type spill struct {
	file   *os.File
	buffer *bufio.Writer
	writer *ipc.Writer // nil once everything is written
}

// spillBuffer is how much is written or read at once.
const spillBuffer = 256 << 10

func newSpill(folder string, schema *arrow.Schema) (*spill, error) {
	f, err := os.CreateTemp(folder, "rows-*.arrow")
	if err != nil {
		return nil, err
	}
	s := &spill{file: f, buffer: bufio.NewWriterSize(f, spillBuffer)}
	s.writer = ipc.NewWriter(s.buffer, ipc.WithSchema(schema))
	return s, nil
}

func (s *spill) add(rec arrow.RecordBatch) error { return s.writer.Write(rec) }

// rows reads from the beginning; nothing is added after that.
func (s *spill) rows() (array.RecordReader, error) {
	if s.writer != nil {
		if err := s.writer.Close(); err != nil {
			return nil, err
		}
		if err := s.buffer.Flush(); err != nil {
			return nil, err
		}
		s.writer, s.buffer = nil, nil
	}
	if _, err := s.file.Seek(0, 0); err != nil {
		return nil, err
	}
	return ipc.NewReader(bufio.NewReaderSize(s.file, spillBuffer))
}

// remove takes the file away; what cannot be removed goes with its folder.
func (s *spill) remove() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}
