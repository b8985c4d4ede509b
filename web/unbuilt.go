//go:build !ui

package web

import "io/fs"

var built fs.FS
