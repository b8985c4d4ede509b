// Package archive reads and writes backups: files with a manifest that lists their sizes
// and checksums.
//
// It knows neither the database nor the warehouse. Unpack returns complete and unchanged
// files, or an error.
//
// The format is a tar file compressed with Zstandard. The first entry is the manifest. It
// lists all other entries with their size and SHA-256, in the same order.
package archive
