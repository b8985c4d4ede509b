package duckdb

import (
	"context"
	"database/sql/driver"
	"net/url"
	"sync"

	ddb "github.com/duckdb/duckdb-go/v2"
)

// file is one DuckDB file and the in-memory DuckDB that attaches it. All writers of a
// process share it.
type file struct {
	path    string
	options Options
	scratch scratch        // where DuckDB writes what does not fit in memory
	engine  *ddb.Connector // the in-memory DuckDB
	loans   viewPool
	lease   lease
	undo    undo
	writing chan struct{} // held by the one writing transaction: two could conflict
	users   int           // guarded by shared
	readers struct {
		sync.Mutex
		count int
	}
}

// shared are the files that are open in this process. The operating system's lock belongs
// to the process, so it would not stop a second DuckDB in the same process, and the two
// would corrupt the file.
var shared = struct {
	sync.Mutex
	files map[string]*file
}{files: map[string]*file{}}

// share opens the file's DuckDB or joins it. It does not touch the file.
func share(path string, o Options) (*file, error) {
	shared.Lock()
	defer shared.Unlock()
	f := shared.files[path]
	if f == nil {
		var err error
		if f, err = newFile(path, o); err != nil {
			return nil, err
		}
		shared.files[path] = f
	}
	f.users++
	return f, nil
}

// leave closes the in-memory DuckDB when its last user leaves.
func (f *file) leave() {
	shared.Lock()
	defer shared.Unlock()
	if f.users--; f.users > 0 {
		return
	}
	delete(shared.files, f.path)
	f.close()
}

func newFile(path string, o Options) (*file, error) {
	scratch, err := makeScratch(path)
	if err != nil {
		return nil, err
	}
	f := &file{path: path, options: o, scratch: scratch, writing: make(chan struct{}, 1)}
	if err := f.start(); err != nil {
		scratch.remove()
		return nil, err
	}
	return f, nil
}

// start starts the in-memory DuckDB. One thread loads as fast as two and needs less memory
// (BenchmarkLoad). Insertion order does not matter because rows have no position. DuckDB
// returns freed memory to the system only with the allocator's background thread.
func (f *file) start() (err error) {
	settings := url.Values{
		"memory_limit": {f.options.limit()}, "threads": {"1"}, "temp_directory": {f.scratch.path},
		"preserve_insertion_order": {"false"}, "allocator_background_threads": {"true"},
		// DuckDB would collect five row groups before it writes them. They do not fit in its memory,
		// so it would write them to disk, read them again and then compress them: a sixth of the CPU
		// time of a backfill.
		"write_buffer_row_group_count": {"1"},
		// DuckDB writes a checkpoint only when the file is detached; see undo.
		"checkpoint_threshold":         {"1TB"},
		"autoinstall_known_extensions": {"false"}, "autoload_known_extensions": {"false"}, "allow_community_extensions": {"false"},
	}
	f.engine, err = ddb.NewConnector(":memory:?"+settings.Encode(), nil)
	if err != nil {
		return err
	}
	return f.with(context.Background(), func(s *session) error {
		return s.exec(context.Background(), "SET GLOBAL TimeZone = 'UTC'")
	})
}

func (f *file) close() {
	_ = f.engine.Close() // never fails
	f.loans.end()
	f.scratch.remove()
}

// connect opens a connection. The caller must close it.
func (f *file) connect(ctx context.Context) (driver.Conn, error) { return f.engine.Connect(ctx) }
