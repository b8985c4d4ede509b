package duckdb

import (
	"bufio"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// spill is a file of rows in the scratch folder, as an Arrow stream.
type spill struct {
	file   *os.File
	buffer *bufio.Writer
	writer *ipc.Writer // nil once everything is written
}

// spillBuffer is the size of reads and writes.
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

// rows returns a reader from the beginning. Nothing may be added after that.
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

// remove removes the file. If that fails, it is removed with its folder.
func (s *spill) remove() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}
