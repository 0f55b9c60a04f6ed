/// What the text examples read if they are given no file: a small story, written for them. Its sentences repeat their
/// words on purpose: a model of a few minutes' training has something to find.
public let sampleText = """
  The martlet is a small bird. The martlet has no feet. It cannot stand on a branch, it cannot walk on the ground, and
  so it flies. It flies in the morning and it flies in the evening, and when the other birds sleep in the trees, the
  martlet sleeps on the wind.

  One day the sparrow said to the martlet: "Come down and sit with me. The branch is warm and the day is long."
  "I cannot sit," said the martlet. "I have no feet. But I can tell you what I see."
  "What do you see?" said the sparrow.
  "I see the river," said the martlet, "and the river goes to the sea. I see the road, and the road goes to the town. I
  see the town, and in the town there is a tower, and on the tower there is a bell."

  The next day the crow said to the martlet: "Come down and eat with me. The field is full of corn and the day is long."
  "I cannot come down," said the martlet. "I have no feet. But I can tell you what I hear."
  "What do you hear?" said the crow.
  "I hear the rain," said the martlet, "and the rain comes from the hills. I hear the wind, and the wind comes from the
  sea. I hear the bell, and the bell says that the day is done."

  The next day the owl said to the martlet: "Come down and think with me. The night is dark and the night is long."
  "I cannot come down," said the martlet. "I have no feet. But I can tell you what I think."
  "What do you think?" said the owl.
  "I think that a bird that cannot rest must learn," said the martlet. "Each day I fly the same way, and each day I fly
  it a little better. When the wind is against me, I turn a little to the left. When the rain is against me, I turn a
  little to the right. I do not ask how far it is. I ask which way is down, and then I go a little that way, and then I
  ask again."
  "That is a good way to find a valley," said the owl.
  "It is a good way to find anything," said the martlet.

  The sparrow told it to the crow, and the crow told it to the owl, and the owl wrote it in a book. The book is in the
  town, in the tower, under the bell. Who reads the book reads this:

  Ask which way is down. Go a little that way. Ask again.
  If the step is too long, you will fly over the valley and up the other side.
  If the step is too short, the night will come before you are there.
  If the ground is flat, remember which way you came, and go on.
  If all the valleys are small, fly up and begin again at another place.
  Do not learn the road by heart: the next road will be another one.
  Do not trust one day of good wind: ask on the days of rain too.

  In the winter the river was ice and the field was snow. The sparrow sat in the tree and was cold. The crow sat on the
  tower and was hungry. The owl sat under the bell and read the book. But the martlet flew over the river and over the
  road and over the town, and it sang:

  The river is ice, but the river will go.
  The field is white, but the corn will grow.
  The night is long, but the bell will ring,
  and the wind that is cold will bring the spring.

  In the spring the ice went to the sea. The sparrow sat on the branch, and the branch was warm. The crow sat in the
  field, and the field was green. The owl came out of the tower with the book and said to the martlet: "Now I have read
  it all. But there is one thing that I do not know. When you have found the valley, what do you do?"
  "Then I look up," said the martlet, "and I see that there are hills behind the hills, and I fly on."
  """
