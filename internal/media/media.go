// Package media is for keeping the pictures that an ad platform shows, since its
// links to them expire: each content once, as a file that is named by its hash.
//
// It may know streams and warehouses, and no platform: which columns lead to
// pictures, and which hosts may be asked, it is told. The one rule it keeps: it
// is never in the way of the figures. What cannot be had is written down and
// tried again.
package media

import "adtally/internal/table"

// stream names the loads of what is kept.
const stream = "media"

// The states of a row. Every other one is the code of a fault.
const (
	stateKept = "kept"
	stateNone = "none" // the platform names no picture
)

// Table says which picture shows what, and where it is kept.
var Table = table.Schema{
	Name:        stream,
	Description: "Which picture shows an image, a video or a creative, and under which hash it is kept. A picture that several show is kept once.",
	Mode:        table.Upsert,
	Key:         []string{table.AccountColumn, "kind", "object_id"},
	Columns: []table.Column{
		word(table.AccountColumn, table.ID, "The ad account."),
		word("kind", table.Words, "What is shown: image, video or creative."),
		word("object_id", table.ID, "Its id in its own table."),
		word("state", table.Words, "kept; none = the platform names no picture; or why it is missing: expired, gone, unreachable, refused, too_big, no_picture."),
		word("reason", table.Words, "Why it is missing, in a sentence. It is tried again at the next sync."),
		word("picture_kind", table.Words, "What the picture is known by: image, video, or creative for a thumbnail."),
		word("picture_name", table.ID, "The hash that the platform gave an image, or the id of the video or creative."),
		word("content_hash", table.ID, "SHA-256 of the picture, in hex; NULL = it is missing."),
		word("file", table.Words, "Where it is, in the folder of pictures."),
		word("content_type", table.Words, "Its type, as its bytes say."),
		count("bytes", "Its size."),
		count("width", "Pixels across; NULL where its type is not read."),
		count("height", "Pixels down; NULL where its type is not read."),
		{Name: "fetched_at", Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: "When it was fetched."},
	},
}

func word(name string, u table.Unit, text string) table.Column {
	return table.Column{Name: name, Type: table.Text, Unit: u, Additivity: table.None, Description: text}
}

func count(name, text string) table.Column {
	return table.Column{Name: name, Type: table.Int, Unit: table.Count, Additivity: table.None, Description: text}
}
