package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"adtally"
	"adtally/internal/media"
)

// pictureFolder is the folder of ads' pictures, in the data folder.
const pictureFolder = "pictures"

// adPictures serves the picture that an ad shows. It is downloaded from the platform the first
// time, so that a browser talks to this server only, and kept, because the platform's links end.
type adPictures struct {
	*service
	links map[string]*media.Links // by connector
}

func (s *service) adPictures() http.Handler {
	h := adPictures{s, map[string]*media.Links{}}
	var through http.RoundTripper
	if s.p.http != nil {
		through = s.p.http.Transport
	}
	for name, hosts := range mediaHosts {
		h.links[name] = media.NewLinks(hosts, s.GraphURL, through)
	}
	return h
}

func (h adPictures) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	link, connector, err := h.link(r)
	if err == nil && link == "" {
		http.NotFound(w, r)
		return
	}
	var body []byte
	if err == nil {
		body, err = h.picture(r, link, connector)
	}
	kind := http.DetectContentType(body)
	if f, ok := errors.AsType[*adtally.Fault](err); ok || err == nil && !strings.HasPrefix(kind, "image/") {
		h.log.Info("an ad has no picture", "ad", r.PathValue("ad"), "error", f)
		http.NotFound(w, r)
		return
	}
	if err != nil {
		h.log.Error("a picture was not served", "ad", r.PathValue("ad"), "error", err)
		http.Error(w, "The picture cannot be read.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "private, max-age=86400")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(body)))
}

// link returns the platform's link to an ad's picture, and the ad's connector.
func (h adPictures) link(r *http.Request) (link, connector string, err error) {
	sources, err := h.store.Sources(r.Context(), false)
	if err != nil {
		return "", "", err
	}
	var dataset string
	err = h.warehouse.reading(r.Context(), nil, func(db *sql.DB) error {
		err := db.QueryRowContext(r.Context(), `SELECT COALESCE(picture, ''), source FROM adtally.ads WHERE ad_id = $1`, r.PathValue("ad")).Scan(&link, &dataset)
		if errors.Is(err, sql.ErrNoRows) || err != nil && strings.Contains(err.Error(), "Catalog Error") { // no ad, or nothing yet
			return nil
		}
		return err
	})
	for _, s := range sources {
		if s.Dataset == dataset {
			connector = s.Connector
		}
	}
	return link, connector, err
}

// picture returns the bytes of a picture. They are kept under the link without its signature,
// which changes daily.
func (h adPictures) picture(r *http.Request, link, connector string) ([]byte, error) {
	of, err := url.Parse(link)
	if err != nil || h.links[connector] == nil {
		return nil, wrong("no_picture", "Sync the source again.", "The link to the picture is not valid")
	}
	key := sha256.Sum256([]byte(of.Host + of.Path))
	file := filepath.Join(h.Data, pictureFolder, hex.EncodeToString(key[:16]))
	if body, err := os.ReadFile(file); err == nil {
		return body, nil
	}
	body, err := h.links[connector].Fetch(r.Context(), link)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	return body, os.WriteFile(file, body, 0o600)
}
