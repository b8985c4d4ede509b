package subscription

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"adtally"
)

// Printer prints a page of our own server.
type Printer interface {
	// Print returns a PDF of the page at a path, with times in a zone.
	Print(ctx context.Context, path, zone string) ([]byte, error)
}

// Links makes the links that pages are printed with.
type Links interface {
	// NewLink stores a link and returns the path of its page.
	NewLink(ctx context.Context, l adtally.ShareLink) (path string, err error)
	RevokeLink(ctx context.Context, id string) error
}

// printing is how long a link for printing can be used.
const printing = time.Minute

// printed is the dashboard as the holder of a share link sees it. The link is made for this
// print, shows this dashboard under this lock, and ends with it.
func (k *Sender) printed(ctx context.Context, s adtally.Subscription, b board) (pdf []byte, err error) {
	if k.Printer == nil {
		return nil, &adtally.Fault{Act: adtally.Configure, Code: "no_printer", Message: "There is no Chromium on the server, so there are no PDFs", Hint: "Install Chromium, or send CSV files."}
	}
	content, err := json.Marshal(b.spec)
	if err != nil {
		return nil, err
	}
	now := k.Now()
	l := adtally.ShareLink{ID: k.NewID(), Name: "PDF", Dashboard: s.Dashboard, Content: content, ShareTerms: adtally.ShareTerms{Lock: s.Lock, Open: []string{}, Origins: []string{}, Expires: now.Add(printing)},
		Preview: true, Version: 1, Maker: s.Maker, Created: now, Updated: now}
	path, err := k.Links.NewLink(ctx, l)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, k.Links.RevokeLink(context.WithoutCancel(ctx), l.ID)) }()
	return k.Printer.Print(ctx, path, b.zone.String())
}
