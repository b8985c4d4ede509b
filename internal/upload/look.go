package upload

import (
	"context"

	"adtally"
)

// Fields returns the fields of a kind.
func (s *Service) Fields(kind adtally.FileKind) []adtally.FileField { return Fields(kind) }

// Files returns all files and mapped tables, by name.
func (s *Service) Files(ctx context.Context) ([]adtally.DataFile, error) {
	return s.Store.DataFiles(ctx)
}

// File returns one file or mapped table.
func (s *Service) File(ctx context.Context, id string) (adtally.DataFile, error) {
	return s.Store.DataFile(ctx, id)
}

// Check returns a Fault that says why a file cannot be loaded yet, or nil.
func (s *Service) Check(f adtally.DataFile) error { return Check(f) }
