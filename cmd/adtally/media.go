package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"adtally/internal/connector"
	"adtally/internal/destination"
	"adtally/internal/media"
)

// pictureTime is how long a sync goes on for pictures; the next one fetches the
// rest.
const pictureTime = 10 * time.Minute

// pictures is what became of the pictures, of all accounts.
type pictures struct {
	media.Tally
	Problem string `json:"problem,omitempty"` // what kept all of it from going on
}

// pictures keeps the pictures, after the figures and the run are done: whatever
// goes wrong here fails no sync.
func (s *syncing) pictures(ctx context.Context, p *program, reader connector.Reader, writer destination.Writer) *pictures {
	var through http.RoundTripper
	if p.http != nil {
		through = p.http.Transport
	}
	k := &media.Downloader{Streams: reader.Streams(), Writer: writer, Dataset: s.command.source().Dataset, BlobStore: media.BlobStore{Dir: s.command.Media},
		Links: media.NewLinks(mediaHosts[s.command.source().Connector], s.command.GraphURL, through),
		Until: time.Now().Add(pictureTime), Now: s.clock, NewID: newID}
	all := &pictures{}
	for _, a := range s.accounts {
		kept, err := k.Download(ctx, a)
		all.add(kept)
		if err != nil && all.Problem == "" {
			all.Problem = err.Error()
		}
	}
	return all
}

func (p *pictures) add(k media.Tally) {
	p.Kept += k.Kept
	p.Fetched += k.Fetched
	p.Missing += k.Missing
	p.Left += k.Left
}

// sentence says it to a person; nothing where no pictures were wanted.
func (p *pictures) sentence() string {
	if p == nil {
		return ""
	}
	text := fmt.Sprintf("Pictures: %s; %s fetched.", counted(p.Kept, "object has one", "objects have one"), counted(p.Fetched, "was", "were"))
	if p.Missing > 0 {
		text += fmt.Sprintf(" %s missing; the table media says why.", counted(p.Missing, "picture is", "pictures are"))
	}
	if p.Left > 0 {
		text += fmt.Sprintf(" %d are left to the next sync.", p.Left)
	}
	if p.Problem != "" {
		text += " Not all was done: " + p.Problem
	}
	return text + "\n"
}
