// Plain knowledge that holds everywhere in the tiny world: groups, colours, opposites, sounds, uses, order.

export interface Group {
  readonly one: string;
  readonly many: string;
  readonly members: readonly string[];
}

const words = (list: string): readonly string[] => list.split("|");

export const groups: readonly Group[] = [
  {
    one: "animal",
    many: "animals",
    members: words("cat|dog|duck|hen|horse|goat|sheep|frog|fox|rabbit|donkey|otter|owl|mouse|cow|goose"),
  },
  { one: "tool", many: "tools", members: words("hammer|saw|rope|ladder|bucket|knife|needle|net") },
  { one: "food", many: "foods", members: words("bread|cheese|soup|cake|honey|pie|butter|apple|plum") },
  { one: "colour", many: "colours", members: words("red|blue|green|yellow|white|black|brown|orange|gray|silver") },
  { one: "flower", many: "flowers", members: words("rose|sunflower|tulip|daisy|poppy") },
  { one: "tree", many: "trees", members: words("oak|willow|apple tree|pear tree|plum tree") },
];

/** Members that take no "a": mass words and colours. */
export const unarticled: ReadonlySet<string> = new Set(
  words("bread|cheese|soup|cake|honey|pie|butter|red|blue|green|yellow|white|black|brown|orange|gray|silver"),
);

export const opposites: readonly (readonly [string, string])[] = (
  "big small|hot cold|day night|happy sad|fast slow|up down|old young|wet dry|open closed|full empty|hard soft|loud quiet|high low|near far|" +
  "left right|long short|strong weak|light dark|good bad|clean dirty|first last|early late"
)
  .split("|")
  .map((pair) => {
    const [left = "", right = ""] = pair.split(" ");
    return [left, right] as const;
  });

export const colourOf: readonly (readonly [string, string])[] = [
  ["the sky", "blue"],
  ["grass", "green"],
  ["snow", "white"],
  ["the sun", "yellow"],
  ["a crow", "black"],
  ["milk", "white"],
  ["honey", "golden"],
  ["a carrot", "orange"],
  ["a frog", "green"],
  ["the night", "black"],
  ["a swan", "white"],
];

export const sounds: readonly (readonly [string, string])[] = [
  ["duck", "quack"],
  ["dog", "woof"],
  ["cat", "meow"],
  ["cow", "moo"],
  ["sheep", "baa"],
  ["owl", "hoo"],
  ["mouse", "squeak"],
];

/** [question, answer] */
export const plainFacts: readonly (readonly [string, string])[] = [
  ["What do we get from sheep?", "We get wool from sheep."],
  ["What do we get from hens?", "We get eggs from hens."],
  ["What do we get from bees?", "We get honey from bees."],
  ["What do we get from cows?", "We get milk from cows."],
  ["What is bread made of?", "Bread is made of flour, water and a little salt."],
  ["What is flour made of?", "Flour is made of wheat."],
  ["What is cloth made of?", "Cloth is made of thread."],
  ["What is thread made of?", "Thread is made of wool."],
  ["What is butter made of?", "Butter is made of milk."],
  ["What is snow?", "Snow is frozen water that falls from the sky."],
  ["What is ice?", "Ice is frozen water."],
  ["What is rain?", "Rain is water that falls from the clouds."],
  ["What is a loom?", "A loom is a tool for weaving cloth."],
  ["What is a mill?", "A mill is a place where wheat becomes flour."],
  ["What is a friend?", "A friend is somebody who likes you and helps you."],
  ["What is a story?", "A story tells what happened to somebody."],
  ["What do you use a ladder for?", "You use a ladder to reach high places."],
  ["What do you use a hammer for?", "You use a hammer to hit nails."],
  ["What do you use a bucket for?", "You use a bucket to carry water."],
  ["What do you use a needle for?", "You use a needle to sew cloth."],
  ["What do you use an umbrella for?", "You use an umbrella to stay dry in the rain."],
  ["What do you use a lamp for?", "You use a lamp to see in the dark."],
  ["What do you use a net for?", "You use a net to catch fish."],
  ["Where do fish live?", "Fish live in the water."],
  ["Where do birds sleep?", "Birds sleep in their nests."],
  ["When do the stars shine?", "The stars shine at night."],
  ["When does snow fall?", "Snow falls in winter."],
  ["When are apples ripe?", "Apples are ripe in autumn."],
  ["What does a plant need?", "A plant needs water, sun and time."],
  ["How many legs does a cat have?", "A cat has four legs."],
  ["How many legs does a duck have?", "A duck has two legs."],
  ["How many legs does a spider have?", "A spider has eight legs."],
  ["What should you do when it rains?", "You should go inside or take an umbrella."],
  ["What should you do when you are tired?", "You should sleep."],
  ["What should you do when you are hungry?", "You should eat something."],
  ["What should you do when you are cold?", "You should put on a warm coat."],
  ["What should you say when you did wrong?", 'You should say, "I am sorry."'],
  ["What should you say when you get a gift?", 'You should say, "Thank you."'],
];

export const numbers = words(
  "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty",
);
export const days = words("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday");
