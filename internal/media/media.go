// Package media downloads the pictures of ads, because the platform's links to them
// expire. Each content is stored once, as a file named by its hash.
//
// Connectors say which columns contain links and which hosts are allowed. Pictures never
// delay or fail the figures: a picture that cannot be downloaded is recorded and tried
// again.
package media

import "adtally/internal/table"

// stream is the stream name in the loads of Table.
const stream = "media"

// The states of a row. All other states are codes of faults.
const (
	stateKept = "kept"
	stateNone = "none" // the platform returned no link
)

// Table says which object shows which picture, and where the picture is stored.
var Table = table.Schema{
	Name:        stream,
	Description: "The picture of each image, video or creative, and the file it is stored in. Objects with the same picture share one file.",
	Mode:        table.Upsert,
	Key:         []string{table.AccountColumn, "kind", "object_id"},
	Columns: []table.Column{
		word(table.AccountColumn, table.ID, "The ad account."),
		word("kind", table.Words, "The kind of object: image, video or creative."),
		word("object_id", table.ID, "The ID of the object in its own table."),
		word("state", table.Words, "kept: the picture is stored. none: the platform returned no link. Otherwise why it is missing: expired, gone, unreachable, refused, too_big, no_picture."),
		word("reason", table.Words, "Why it is missing. The next sync tries again."),
		word("picture_kind", table.Words, "What picture_name refers to: image, video, or creative for a thumbnail."),
		word("picture_name", table.ID, "The platform's hash of the image, or the ID of the video or creative."),
		word("content_hash", table.ID, "SHA-256 of the picture, in hex; NULL if it is missing."),
		word("file", table.Words, "The path of the file in the folder of pictures."),
		word("content_type", table.Words, "The type of the picture, detected from its bytes."),
		count("bytes", "Its size."),
		count("width", "Width in pixels; NULL if unknown."),
		count("height", "Height in pixels; NULL if unknown."),
		{Name: "fetched_at", Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: "When it was downloaded."},
	},
}

func word(name string, u table.Unit, text string) table.Column {
	return table.Column{Name: name, Type: table.Text, Unit: u, Additivity: table.None, Description: text}
}

func count(name, text string) table.Column {
	return table.Column{Name: name, Type: table.Int, Unit: table.Count, Additivity: table.None, Description: text}
}
